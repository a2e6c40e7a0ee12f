package org.hetal.owner.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import org.hetal.command.Units;
import org.hetal.config.SettingsException;
import org.hetal.owner.JointOwner;
import org.hetal.owner.JointPlan;
import org.hetal.owner.LabeledData;
import org.hetal.owner.WrittenContribution;
import picocli.CommandLine.Option;

/** What plan does for several owners: one contributes, the key holder opens. */
final class ContributionOptions {
  @Option(
      names = "--contribute",
      paramLabel = "FILE",
      description =
          "As one of several data owners, plans nothing: encrypts the sums of your columns (rows,"
              + " values, squares) into FILE with the key holder's public key, which is beside"
              + " paths.plan. Give FILE to the next data owner and to nobody else; the last one gives"
              + " it to the key holder, who then opens the total alone. From two files of the chain the"
              + " key holder could find the sums of one owner.")
  private Path contribute;

  @Option(
      names = "--add-to",
      paramLabel = "PREVIOUS",
      description = "With --contribute: adds your sums to those in the file of the owner before.")
  private Path previous;

  @Option(
      names = "--contributions",
      paramLabel = "FILE",
      description =
          "As the key holder of several data owners, plans without data: opens the total that they"
              + " contributed and writes how all prepare their rows (preparation.json, beside"
              + " paths.plan).")
  private Path contributions;

  void require() {
    requireName("--contribute", contribute);
    requireName("--add-to", previous);
    requireName("--contributions", contributions);
    if (previous != null && contribute == null) {
      throw new SettingsException("plan: expected --add-to PREVIOUS with --contribute FILE");
    }
    if (contribute != null && contributions != null) {
      throw new SettingsException(
          "plan: expected one of --contribute and --contributions, actual both: a key holder has no"
              + " data, a data owner no secret key");
    }
  }

  private static void requireName(String option, Path file) {
    if (file != null && (file.toString().isEmpty() || file.getFileName() == null)) {
      throw new SettingsException(
          "plan: expected " + option + " FILE, actual " + '"' + file + '"' + ", which names none");
    }
  }

  boolean isContribution() {
    return contribute != null;
  }

  /** The file to open; null: none. */
  Path contributions() {
    return contributions;
  }

  /** The key holder has none. */
  void requireNoNeedOfRows(boolean needed) {
    if (needed) {
      throw new SettingsException(
          "--contributions: expected none of --plaintext, --search and --batches, which need rows");
    }
  }

  /** "3: 900 rows to train on, ...", for people. */
  static String summary(JointPlan made) {
    int columns = made.common().preparation().columns();
    int constant = columns - made.common().preparation().kept().length;
    return String.format(
        Locale.ROOT,
        "%d: %d rows to train on, %d to validate with; %d columns%s",
        made.contributions(),
        made.plan().schedule().rows(),
        made.plan().validationRows(),
        columns,
        constant == 0 ? "" : ", " + constant + " of them constant and dropped");
  }

  void contribute(JointOwner owner, LabeledData data, Consumer<String> say, Consumer<String> warn) {
    WrittenContribution written = owner.contribute(data, previous, contribute);
    say.accept(
        "sums of "
            + written.columns()
            + " columns"
            + (previous == null ? "" : " added to those of " + previous)
            + ", encrypted with key "
            + written.keyId()
            + ", "
            + Units.bytes(written.bytes())
            + ", in "
            + written.file());
    written.warnings().forEach(warn);
  }
}
