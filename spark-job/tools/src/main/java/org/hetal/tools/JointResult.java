package org.hetal.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.hetal.command.Units;
import org.hetal.config.Settings;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.Parameters;
import org.hetal.owner.oracle.OracleLog;

/** What {@code ./hetal demo --owners} tells at its end: a table, a chart and a file of figures. */
final class JointResult {
  private static final String CHART = "loss.png";

  private final Parameters parameters;
  private final JointSite site;
  private final Map<String, Double> seconds;
  private final double allSeconds;
  private final JointFigures figures;
  private final List<OracleLog.Entry> answers;
  private final Settings settings;
  private final ObjectNode report;

  /**
   * Reads the report of the run and draws the chart.
   *
   * @param seconds of each step
   * @param allSeconds from the start to the last evaluation
   */
  JointResult(
      Settings settings,
      Parameters parameters,
      JointSite site,
      Map<String, Double> seconds,
      double allSeconds,
      JointFigures figures,
      List<OracleLog.Entry> answers) {
    this.settings = settings;
    this.parameters = parameters;
    this.site = site;
    this.seconds = seconds;
    this.allSeconds = allSeconds;
    this.figures = figures;
    this.answers = answers;
    this.report = Parties.read(site.run().resolve("report.json"));
    drawChart();
  }

  private void drawChart() {
    OracleLog.Entry last = answers.isEmpty() ? null : answers.get(answers.size() - 1);
    byte[] png =
        LossChart.png(losses(), plainLosses(), last != null && last.stop() ? last.epoch() : 0);
    LocalStorage.ownerOnly(site.log().getParent()).writeAtomically(CHART, png);
  }

  private List<Double> losses() {
    return answers.stream().map(OracleLog.Entry::loss).toList();
  }

  private List<Double> plainLosses() {
    return figures.plain().epochs().stream().map(metrics -> metrics.loss()).toList();
  }

  /** Prints the table. */
  void print(PrintStream out) {
    table(out);
    line(out, "joint model, trained on ciphertexts", "%.2f %%", 100 * figures.joint());
    line(out, "joint model, trained in the clear", "%.2f %%", 100 * figures.jointPlain());
    line(out, "difference", "%+.2f %%", 100 * (figures.joint() - figures.jointPlain()));
    if (sameEpoch()) {
      line(out, "largest difference of a weight", "%.1e", figures.largestWeightDifference());
    }
    line(
        out,
        "epochs, iterations",
        "%d, %d; best epoch %d",
        answers.size(),
        report.path("steps").asInt(),
        bestEpoch());
    line(out, "seconds per iteration", "%.1f", report.path("seconds_per_iteration").asDouble());
    line(out, "seconds in all", "%.0f", allSeconds);
    line(out, "evaluation keys", "%s", Units.bytes(keyBytes()));
    line(out, "encrypted data of all owners", "%s", Units.bytes(ciphertextBytes()));
    line(
        out,
        "parameter set",
        "%s, %s",
        parameters.name(),
        parameters.isInsecure() ? "INSECURE" : parameters.securityBits() + "-bit security");
    line(out, "engine", "%s", report.path("device").asText());
    line(out, "loss curves", "%s", site.log().resolveSibling(CHART).toString());
  }

  private void table(PrintStream out) {
    int testRows = figures.owners().stream().mapToInt(JointFigures.Owner::testRows).sum();
    String format = "  %-8s %10s %17s %25s %20s%n";
    out.println();
    out.println("  A model of an owner's rows alone, and the joint model (alone, joint):");
    out.println();
    out.printf(
        Locale.ROOT,
        format,
        "",
        "rows to",
        "validation loss",
        "accuracy on its own",
        "accuracy on the");
    out.printf(
        Locale.ROOT,
        format,
        "",
        "train on",
        "on its own rows",
        "test rows",
        testRows + " test rows of all");
    for (int i = 0; i < figures.owners().size(); i++) {
      JointFigures.Owner owner = figures.owners().get(i);
      out.printf(
          Locale.ROOT,
          format,
          "owner " + (i + 1),
          owner.trainingRows(),
          text("%.4f  %.4f", owner.aloneLoss(), owner.jointLoss()),
          text(
              "%d: %.2f  %.2f %%",
              owner.testRows(), 100 * owner.aloneOnOwn(), 100 * owner.jointOnOwn()),
          text("%.2f  %.2f %%", 100 * owner.aloneOnAll(), 100 * figures.joint()));
    }
    out.println();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static void line(PrintStream out, String name, String format, Object... values) {
    out.printf(Locale.ROOT, "  %-36s %s%n", name, text(format, values));
  }

  private long keyBytes() {
    return Demo.size(site.keys());
  }

  private long ciphertextBytes() {
    return IntStream.rangeClosed(1, figures.owners().size())
        .mapToLong(owner -> Demo.size(site.dataset(owner)))
        .sum();
  }

  private int bestEpoch() {
    return answers.stream()
        .filter(OracleLog.Entry::best)
        .mapToInt(OracleLog.Entry::epoch)
        .max()
        .orElse(0);
  }

  private boolean sameEpoch() {
    return bestEpoch() == figures.plain().bestEpoch();
  }

  /** What {@code --json} writes. */
  ObjectNode json() {
    ObjectNode out =
        Figures.of("./hetal demo --owners " + figures.owners().size(), parameters.name());
    out.put("security_bits", parameters.securityBits());
    out.put("device", report.path("device").asText());
    out.put("backend", settings.backend().label());
    for (JointFigures.Owner owner : figures.owners()) {
      ObjectNode each = out.withArrayProperty("owners").addObject();
      each.put("training_rows", owner.trainingRows());
      each.put("validation_rows", owner.validationRows());
      each.put("test_rows", owner.testRows());
      each.put("validation_loss_alone", owner.aloneLoss());
      each.put("validation_loss_joint", owner.jointLoss());
      each.put("accuracy_alone_own_rows", owner.aloneOnOwn());
      each.put("accuracy_joint_own_rows", owner.jointOnOwn());
      each.put("accuracy_alone_all_rows", owner.aloneOnAll());
    }
    out.put("accuracy_joint_all_rows", figures.joint());
    out.put("accuracy_joint_plain_all_rows", figures.jointPlain());
    if (sameEpoch()) {
      out.put("largest_weight_difference", figures.largestWeightDifference());
    }
    out.put("epochs", answers.size());
    out.put("best_epoch", bestEpoch());
    out.put("plain_epochs", figures.plain().epochs().size());
    out.put("plain_best_epoch", figures.plain().bestEpoch());
    losses().forEach(out.withArrayProperty("losses")::add);
    plainLosses().forEach(out.withArrayProperty("plain_losses")::add);
    out.put("iterations", report.path("steps").asInt());
    out.put("seconds_per_iteration", report.path("seconds_per_iteration").asDouble());
    out.put("seconds", allSeconds);
    out.put("key_bytes", keyBytes());
    out.put("ciphertext_bytes", ciphertextBytes());
    ObjectNode steps = out.putObject("seconds_by_step");
    seconds.forEach(steps::put);
    out.put("chart", site.log().resolveSibling(CHART).toString());
    return out;
  }
}
