package org.hetal.owner.cli;

import org.hetal.command.ExitCode;
import org.hetal.owner.DataOwner;
import org.hetal.owner.OwnerFiles;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Puts the secret key's file under another passphrase. */
@Command(
    name = "change-passphrase",
    description = {
      "Replaces the file of the secret key by one with the same key under another passphrase, under"
          + " one for the first time, or under none. Evaluation keys and data sets stay valid.",
      "The old passphrase comes from paths.passphrase; set that to the new source afterwards.",
      "The file is replaced at once or not at all. Backups, and what the disk keeps of the old file,"
          + " still have the old passphrase or none: delete them, or make a new key with keygen."
    })
final class ChangePassphraseCommand extends OwnerCommand {
  private static final String NEW = "--new-passphrase";
  private static final String TERMINAL = "terminal";

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Next next;

  private static final class Next {
    @Option(
        names = NEW,
        paramLabel = "SOURCE",
        description =
            "Where the new passphrase comes from, as paths.passphrase: terminal, a file of mode"
                + " 0600, or /dev/fd/N for a descriptor that is open already. Never the passphrase"
                + " itself.")
    private String source;

    @Option(
        names = "--remove",
        description = "Write the key without a passphrase: its file has mode 0600 and no more.")
    private boolean remove;

    String source() {
      return remove ? "" : source;
    }
  }

  @Override
  int run() {
    String source = next.source();
    String before = settings().paths().passphrase();
    if (!next.remove && source.isEmpty()) {
      throw usage("terminal, a file or /dev/fd/N", "\"\"; --remove removes a passphrase");
    }
    if (!next.remove && source.equals(before) && !source.equals(TERMINAL)) {
      throw usage("another file or descriptor than paths.passphrase", source);
    }
    OwnerFiles files = OwnerFiles.of(settings());
    try (DataOwner owner = DataOwner.open(settings(), files)) {
      String id = owner.changePassphrase(source);
      String removed = before.isEmpty() ? "none, as before" : "removed";
      String put = before.isEmpty() ? "added" : "changed";
      say("secret key %s in %s: passphrase %s", id, files.secretKey(), next.remove ? removed : put);
    }
    if (!source.equals(before)) {
      say("from now on set paths.passphrase = \"%s\"", source);
    }
    return ExitCode.OK.status();
  }

  private ParameterException usage(String expected, String actual) {
    return new ParameterException(
        spec.commandLine(), NEW + ": expected " + expected + ", actual " + actual);
  }
}
