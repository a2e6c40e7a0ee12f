package org.hetal.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.hetal.command.Units;
import org.hetal.plan.PlannedParameters;
import org.hetal.plan.Schedule;
import org.hetal.training.TaskStage;

/** The sections that a run directory alone gives: what the cluster knows. */
public final class RunSections {
  /** Beyond this many bars are not told apart. */
  private static final int MOST_BARS = 400;

  private final RunHistory history;
  private final Schedule schedule;

  public RunSections(RunHistory history) {
    this.history = history;
    this.schedule = history.plan().schedule();
  }

  /** What was trained on what, in a sentence. */
  public String what() {
    return text(
        "A classifier for %d classes (softmax regression) was trained on %s with %s each. %s",
        history.plan().layout().classes(),
        Units.count(history.trainingRows(), "row"),
        Units.count(history.plan().layout().features() - 1, "feature"),
        isInsecure()
            ? "This was a test: its parameters protect nothing."
            : "Features, labels and the model were encrypted during the whole training.");
  }

  /** How far training came, in a sentence. */
  public String howFar() {
    if (history.steps().isEmpty()) {
      return "No step is done yet.";
    }
    String done =
        text(
            "%d of %s and %d of %s are done, in %s.",
            history.epochs().size(),
            Units.count(schedule.epochs(), "epoch"),
            history.steps().size(),
            Units.count(history.mostSteps(), "step"),
            Units.duration(seconds()));
    if (!history.isFinished()) {
      return done + " The run has not finished: this page shows it as it is now.";
    }
    boolean stopped = history.lastEpoch().filter(RunMetrics.Epoch::stop).isPresent();
    return done
        + (stopped
            ? " The data owner's oracle ended the training early, after epoch "
                + history.epochs().size()
                + reasonOfStop()
                + "."
            : " All planned epochs were trained.")
        + " The model is that of epoch "
        + history.bestEpoch()
        + ", which had the lowest validation loss.";
  }

  private String reasonOfStop() {
    return history
        .lastEpoch()
        .map(RunMetrics.Epoch::reason)
        .filter(reason -> !reason.isEmpty())
        .map(reason -> " (" + reason + ")")
        .orElse("");
  }

  /** Whether the parameter set protects nothing. */
  public boolean isInsecure() {
    return history.plan().parameters().securityBits() == 0;
  }

  /** Security of the parameter set as a number to show. */
  public Page.Figure security() {
    return isInsecure()
        ? new Page.Figure("none", "protection: test parameters", true)
        : new Page.Figure(history.plan().parameters().securityBits() + " bits", "security");
  }

  /** Duration, time per step and bootstraps as numbers to show. */
  public List<Page.Figure> figures() {
    return List.of(
        new Page.Figure(history.epochs().size() + " of " + schedule.epochs(), "epochs trained"),
        new Page.Figure(Units.duration(seconds()), "training time"),
        new Page.Figure(text("%.2f s", secondsPerStep()), "time per step"),
        new Page.Figure(text("%,d", bootstraps()), "bootstraps"));
  }

  /** All sections of the run, in the order of the page. */
  public List<Page.Section> all() {
    return List.of(training(), time(), traffic(), parameters(), knowledge());
  }

  private Page.Section training() {
    List<List<String>> facts = new ArrayList<>();
    facts.add(List.of("training rows", text("%,d", history.trainingRows())));
    facts.add(
        List.of(
            history.plan().loss() == null
                ? "validation rows (encrypted, without labels)"
                : "validation rows (encrypted, with their labels)",
            text("%,d", history.validationRows())));
    facts.add(
        List.of(
            "features per row",
            text("%,d and a constant", history.plan().layout().features() - 1)));
    facts.add(List.of("classes", text("%d", history.plan().layout().classes())));
    facts.add(
        List.of(
            "minibatches per epoch",
            text("%d of at most %,d rows", history.batches(), schedule.batchRows())));
    facts.add(
        List.of(
            "planned",
            text(
                "%s, learning rate %s, stop after %s without a better validation loss",
                Units.count(schedule.epochs(), "epoch"),
                schedule.learningRate(),
                Units.count(schedule.patience(), "epoch"))));
    history
        .summary()
        .ifPresent(
            summary -> {
              facts.add(List.of("run", summary.run_id()));
              facts.add(List.of("encrypted data set", Units.bytes(summary.dataset_bytes())));
            });
    List<Page.Block> blocks = new ArrayList<>(List.of(new Page.Table(List.of(), facts)));
    if (!history.owners().isEmpty()) {
      blocks.add(new Page.Paragraph("The rows are of several owners."));
      blocks.add(
          new Page.Table(
              List.of("data set", "folder", "minibatches", "rows", "validation rows"),
              history.owners().stream().map(RunSections::row).toList()));
    }
    if (!history.epochs().isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      for (RunMetrics.Epoch epoch : history.epochs()) {
        rows.add(
            List.of(
                Integer.toString(epoch.epoch()),
                Units.duration(epoch.seconds()),
                text("%.2f s", epoch.validationSeconds()),
                text("%.2f s", epoch.oracleSeconds()),
                epoch.stop() ? "stop" : "continue",
                epoch.best() ? "yes" : ""));
      }
      blocks.add(
          new Page.Paragraph(
              "After each epoch the cluster sent encrypted validation results to the data owner's"
                  + " oracle, which answered with two bits: continue or stop, and best so far or"
                  + " not."));
      blocks.add(
          new Page.Table(
              List.of(
                  "epoch",
                  "duration",
                  "validation",
                  "wait for the oracle",
                  "answer",
                  "best so far"),
              rows));
    }
    return new Page.Section("What was trained", blocks);
  }

  private static List<String> row(RunOwners.Owner owner) {
    return List.of(
        owner.dataset(),
        owner.folder(),
        text("%,d", owner.minibatches()),
        text("%,d", owner.rows()),
        text("%,d", owner.validation_rows()));
  }

  private Page.Section time() {
    List<Page.Block> blocks = new ArrayList<>();
    if (history.steps().isEmpty()) {
      blocks.add(new Page.Paragraph("No step is done yet."));
      return new Page.Section("Where the time went", blocks);
    }
    blocks.add(
        new Page.Paragraph(
            "The height of a bar is the time of a step from its start to its end. The executors'"
                + " part is divided among the stages in proportion to the times that their tasks"
                + " measured."));
    Map<String, List<Double>> series = stages();
    List<Page.Series> drawn = new ArrayList<>();
    series.forEach((name, values) -> drawn.add(new Page.Series(name, grouped(values))));
    int group = group();
    blocks.add(
        new Page.Chart(
            group == 1 ? "Time per step" : "Time per step, mean of " + group + " steps",
            Page.Kind.STACKED_BARS,
            categories(group),
            "step",
            "seconds",
            false,
            drawn,
            List.of()));
    double all = series.values().stream().mapToDouble(RunSections::sum).sum();
    List<List<String>> rows = new ArrayList<>();
    series.forEach(
        (name, values) ->
            rows.add(
                List.of(
                    name,
                    Units.duration(sum(values)),
                    text("%.2f s", sum(values) / values.size()),
                    text("%.1f %%", 100 * sum(values) / all))));
    blocks.add(new Page.Table(List.of("stage", "in all", "per step", "share of the steps"), rows));
    return new Page.Section("Where the time went", blocks);
  }

  /** The stages of all steps and the driver's update, by their names for readers. */
  private Map<String, List<Double>> stages() {
    Map<TaskStage, List<Double>> byStage = new EnumMap<>(TaskStage.class);
    for (TaskStage stage : TaskStage.values()) {
      byStage.put(
          stage,
          history.steps().stream().map(step -> step.stages().getOrDefault(stage, 0.0)).toList());
    }
    Map<String, List<Double>> out = new LinkedHashMap<>();
    byStage.forEach((stage, values) -> out.put(name(stage), values));
    out.put("update", history.steps().stream().map(RunMetrics.Step::updateSeconds).toList());
    return out;
  }

  private static String name(TaskStage stage) {
    return switch (stage) {
      case READ -> "read rows";
      case EXPAND -> "expand weights";
      case LOGITS -> "logits";
      case SOFTMAX -> "softmax with bootstraps";
      case GRADIENT -> "gradient";
      case SUM -> "sum over tasks";
    };
  }

  private int group() {
    return (history.steps().size() + MOST_BARS - 1) / MOST_BARS;
  }

  private List<String> categories(int group) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < history.steps().size(); i += group) {
      out.add(Integer.toString(history.steps().get(i).step()));
    }
    return out;
  }

  private List<Double> grouped(List<Double> values) {
    int group = group();
    List<Double> out = new ArrayList<>();
    for (int i = 0; i < values.size(); i += group) {
      List<Double> part = values.subList(i, Math.min(i + group, values.size()));
      out.add(sum(part) / part.size());
    }
    return out;
  }

  private Page.Section traffic() {
    long broadcast =
        history.steps().stream().mapToLong(RunMetrics.Step::broadcastBytes).sum()
            + history.epochs().stream().mapToLong(RunMetrics.Epoch::broadcastBytes).sum();
    long gradients =
        history.steps().stream().mapToLong(RunMetrics.Step::gradientBytes).sum()
            + history.epochs().stream().mapToLong(RunMetrics.Epoch::gradientBytes).sum();
    List<List<String>> facts = new ArrayList<>();
    history
        .summary()
        .ifPresent(
            summary ->
                facts.add(List.of("encrypted data set", Units.bytes(summary.dataset_bytes()))));
    facts.add(List.of("weights sent to the executors", Units.bytes(broadcast)));
    facts.add(
        List.of(
            "sums received by the driver: gradients, and the validation loss where it is encrypted",
            Units.bytes(gradients)));
    facts.add(
        List.of(
            "per step, both together",
            history.steps().isEmpty()
                ? "none yet"
                : Units.bytes((broadcast + gradients) / history.steps().size())));
    facts.add(List.of("bootstraps", text("%,d", bootstraps())));
    facts.add(
        List.of(
            "bootstraps per full minibatch, as planned",
            text("%d", history.plan().bootstrapsPerIteration())));
    return new Page.Section(
        "Bytes and bootstraps",
        List.of(
            new Page.Paragraph(
                "A bootstrap refreshes a ciphertext, so that computation on it can go on; it is the"
                    + " most expensive operation. All bytes below are ciphertexts."),
            new Page.Table(List.of(), facts)));
  }

  private Page.Section parameters() {
    PlannedParameters parameters = history.plan().parameters();
    List<Page.Block> blocks = new ArrayList<>();
    blocks.add(
        isInsecure()
            ? new Page.Paragraph(
                "The parameter set "
                    + parameters.name()
                    + " is for tests. It protects nothing: whoever has the ciphertexts can compute"
                    + " the data.",
                true)
            : new Page.Paragraph(
                text(
                    "The parameter set %s has %d-bit security: by the tables of the Security"
                        + " Guidelines for Implementing Homomorphic Encryption the best known attack"
                        + " needs about 2^%d operations. The encryption scheme is CKKS.",
                    parameters.name(), parameters.securityBits(), parameters.securityBits())));
    List<List<String>> facts = new ArrayList<>();
    facts.add(List.of("parameter set", parameters.name()));
    facts.add(
        List.of(
            "ring degree N",
            text(
                "%,d: %,d numbers per ciphertext",
                parameters.ringDegree(), parameters.slotCount())));
    facts.add(
        List.of(
            "levels",
            text(
                "%d after a bootstrap, of which the next one takes %d",
                parameters.bootstrapOutputLevel(), parameters.bootstrapInputLevel())));
    facts.add(List.of("logits within", text("-%1$d to %1$d", schedule.logitRange())));
    facts.add(List.of("SHA-256 of the plan", history.plan().digest()));
    Optional<RunSummary> summary = history.summary();
    summary.ifPresent(
        run -> {
          facts.add(List.of("engine", run.backend() + ", " + run.device()));
          facts.add(List.of("executors compute on", run.executor_device()));
          facts.add(List.of("Spark", run.spark() + " on " + run.master()));
        });
    blocks.add(new Page.Table(List.of(), facts));
    return new Page.Section("Parameters and security", blocks);
  }

  private Page.Section knowledge() {
    return new Page.Section(
        "What the cluster learned",
        List.of(
            new Page.Table(
                List.of(),
                List.of(
                    List.of(
                        "sizes", "numbers of rows, features, classes and minibatches; the layout"),
                    List.of("schedule", "minibatch size, learning rate, epochs, patience"),
                    List.of("time", "how long each step took, and when"),
                    List.of(
                        "answers",
                        Units.count(history.epochs().size(), "answer")
                            + " of the oracle: continue or stop, best so far or not"),
                    List.of(
                        "not learned",
                        isInsecure()
                            ? "with test parameters nothing is kept from the cluster"
                            : "features, labels, weights, loss, accuracy: the secret key never left"
                                + " the data owner")))));
  }

  private double seconds() {
    return history.summary().isPresent()
        ? history.summary().get().seconds()
        : history.epochs().stream().mapToDouble(RunMetrics.Epoch::seconds).sum()
            + history.steps().stream()
                .filter(step -> step.epoch() > history.epochs().size())
                .mapToDouble(RunMetrics.Step::seconds)
                .sum();
  }

  private double secondsPerStep() {
    return history.steps().stream().mapToDouble(RunMetrics.Step::seconds).average().orElse(0);
  }

  private long bootstraps() {
    return history.steps().stream().mapToLong(RunMetrics.Step::bootstraps).sum()
        + history.epochs().stream().mapToLong(RunMetrics.Epoch::bootstraps).sum();
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
