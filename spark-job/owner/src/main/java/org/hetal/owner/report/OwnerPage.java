package org.hetal.owner.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.hetal.command.Units;
import org.hetal.owner.evaluation.Evaluation;
import org.hetal.owner.oracle.OracleLog;
import org.hetal.report.ClusterPage;
import org.hetal.report.Page;
import org.hetal.report.RunHistory;
import org.hetal.report.RunSections;

/**
 * The page about a run with what its data owner knows: what the cluster knows, and before it loss,
 * accuracy and the comparison with the same training in the clear.
 *
 * @param data where the training rows came from, for people
 * @param answers of the oracle, by epoch
 * @param evaluation empty: no model was decrypted, or there are no test rows; {@code missing} says
 *     which
 * @param missing why there is no evaluation and what to do; empty when there is one
 * @param classNames one per class
 */
public record OwnerPage(
    RunHistory history,
    String data,
    List<OracleLog.Entry> answers,
    Optional<Evaluation> evaluation,
    String missing,
    List<String> classNames) {

  /**
   * @param where the run directory is, for the footer
   * @param now when the page is made
   */
  public Page page(String where, Instant now) {
    RunSections run = new RunSections(history);
    List<Page.Section> sections = new ArrayList<>();
    sections.add(curves());
    evaluation.ifPresent(result -> sections.add(comparison(result)));
    evaluation.ifPresent(result -> sections.add(confusion(result)));
    sections.addAll(run.all());
    List<String> lead = new ArrayList<>(List.of(run.what() + " The rows came from " + data + "."));
    lead.add(run.howFar());
    evaluation.ifPresent(result -> lead.add(verdict(result)));
    if (!missing.isEmpty()) {
      lead.add(missing);
    }
    List<Page.Figure> figures = new ArrayList<>();
    evaluation.ifPresent(result -> figures.addAll(figures(result)));
    figures.add(run.security());
    figures.addAll(run.figures());
    return new Page(
        "Training on encrypted data",
        "The data owner's report. It has loss, accuracy and figures of the decrypted model: it is"
            + " not for the cluster.",
        lead,
        figures,
        sections,
        ClusterPage.footer(where, now));
  }

  private static List<Page.Figure> figures(Evaluation result) {
    return List.of(
        new Page.Figure(percent(result.accuracyEncrypted()), "test accuracy, trained encrypted"),
        new Page.Figure(percent(result.accuracyPlain()), "test accuracy, trained in the clear"));
  }

  private static String verdict(Evaluation result) {
    double points = 100 * (result.accuracyEncrypted() - result.accuracyPlain());
    String difference =
        Math.abs(points) < 0.005
            ? "the same as"
            : text("%.2f points %s than", Math.abs(points), points > 0 ? "better" : "worse");
    return text(
        "On %s that no training saw, the model classifies %s correctly. That is %s the model of"
            + " the same training without encryption (%s).",
        Units.count(result.rows(), "test row"),
        percent(result.accuracyEncrypted()),
        difference,
        percent(result.accuracyPlain()));
  }

  private Page.Section curves() {
    List<Page.Block> blocks = new ArrayList<>();
    if (answers.isEmpty()) {
      blocks.add(new Page.Paragraph("The oracle has not answered yet."));
      return new Page.Section("Loss and accuracy", blocks);
    }
    int epochs =
        Math.max(answers.size(), evaluation.map(result -> result.plainLosses().size()).orElse(0));
    List<String> categories = IntStream.rangeClosed(1, epochs).mapToObj(Integer::toString).toList();
    List<Page.Mark> marks = marks();
    boolean ofLogits = answers.stream().allMatch(answer -> answer.metrics().isOfLogits());
    blocks.add(
        new Page.Paragraph(
            "Measured on the validation rows after each epoch. "
                + (ofLogits
                    ? "A lower loss and a higher accuracy are better."
                    : "A lower loss is better. It was computed on ciphertexts, so the oracle saw no"
                        + " accuracy.")
                + (evaluation.isPresent()
                    ? " The two curves show the same training on ciphertexts and without"
                        + " encryption."
                    : "")));
    blocks.add(
        chart(
            "Validation loss",
            ofLogits ? "cross-entropy" : "Brier score",
            false,
            categories,
            answers.stream().map(OracleLog.Entry::loss).toList(),
            evaluation.map(Evaluation::plainLosses).orElse(List.of()),
            marks));
    if (ofLogits) {
      blocks.add(
          chart(
              "Validation accuracy",
              "share of rows",
              true,
              categories,
              answers.stream().map(OracleLog.Entry::accuracy).toList(),
              evaluation.map(Evaluation::plainAccuracies).orElse(List.of()),
              marks));
    }
    return new Page.Section("Loss and accuracy", blocks);
  }

  private static Page.Chart chart(
      String title,
      String unit,
      boolean percent,
      List<String> categories,
      List<Double> encrypted,
      List<Double> plain,
      List<Page.Mark> marks) {
    List<Page.Series> series = new ArrayList<>();
    series.add(new Page.Series("trained encrypted", encrypted));
    if (!plain.isEmpty()) {
      series.add(new Page.Series("trained in the clear", plain));
    }
    return new Page.Chart(
        title, Page.Kind.LINES, categories, "epoch", unit, percent, series, marks);
  }

  /** The best epoch, and the epoch after which training stopped. */
  private List<Page.Mark> marks() {
    OracleLog.Entry last = answers.get(answers.size() - 1);
    int best =
        answers.stream()
            .filter(OracleLog.Entry::best)
            .mapToInt(OracleLog.Entry::epoch)
            .max()
            .orElse(0);
    if (best == last.epoch()) {
      return List.of(
          new Page.Mark(
              Integer.toString(best),
              last.stop() ? "best, stop" : history.isFinished() ? "best" : "best so far"));
    }
    List<Page.Mark> marks = new ArrayList<>();
    if (best > 0) {
      marks.add(new Page.Mark(Integer.toString(best), "best"));
    }
    if (last.stop()) {
      marks.add(new Page.Mark(Integer.toString(last.epoch()), "stop"));
    }
    return marks;
  }

  private Page.Section comparison(Evaluation result) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "test accuracy", percent(result.accuracyEncrypted()), percent(result.accuracyPlain())));
    rows.add(
        List.of(
            "lowest validation loss",
            text(
                "%.4f",
                answers.stream().mapToDouble(OracleLog.Entry::loss).min().orElse(Double.NaN)),
            text(
                "%.4f",
                result.plainLosses().stream()
                    .mapToDouble(Double::doubleValue)
                    .min()
                    .orElse(Double.NaN))));
    rows.add(
        List.of(
            "epochs",
            Integer.toString(history.epochs().size()),
            Integer.toString(result.plainEpochs())));
    rows.add(
        List.of(
            "best epoch",
            Integer.toString(history.bestEpoch()),
            Integer.toString(result.plainBestEpoch())));
    List<Page.Block> blocks = new ArrayList<>();
    blocks.add(
        new Page.Paragraph(
            "The same rows, minibatches, schedule and early stopping, once on ciphertexts and once"
                + " without encryption."));
    blocks.add(new Page.Table(List.of("", "trained encrypted", "trained in the clear"), rows));
    if (history.bestEpoch() == result.plainBestEpoch()) {
      blocks.add(
          new Page.Paragraph(
              text(
                  "The largest difference between a weight of the two models is %.2e.",
                  result.largestWeightDifference())));
    }
    return new Page.Section("Encrypted beside plaintext", blocks);
  }

  private Page.Section confusion(Evaluation result) {
    return new Page.Section(
        "Which classes are confused",
        List.of(
            new Page.Paragraph(
                "Each row of the matrix is a class of the test rows, each column what the model"
                    + " answered. Right answers are on the diagonal; found is the share of a class"
                    + " that the model recognized."),
            new Page.Matrix(
                text("%s, model trained encrypted", Units.count(result.rows(), "test row")),
                classNames,
                result.confusion())));
  }

  private static String percent(double share) {
    return text("%.2f %%", 100 * share);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
