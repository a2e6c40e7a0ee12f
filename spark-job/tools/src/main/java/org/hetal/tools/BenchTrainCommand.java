package org.hetal.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.hetal.command.ExitCode;
import org.hetal.command.ProgressBar;
import org.hetal.command.SettingsCommand;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Parameters;
import org.hetal.he.Scope;
import org.hetal.he.engine.EngineLibrary;
import org.hetal.he.engine.NativeEvaluator;
import org.hetal.he.owner.Client;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.keys.DeviceProbe;
import org.hetal.owner.keys.SetChoice;
import org.hetal.owner.keys.TemporaryFolder;
import org.hetal.packing.Packing;
import org.hetal.plan.DataShape;
import org.hetal.plan.Partition;
import org.hetal.plan.RowRange;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.CheckpointStore;
import org.hetal.training.EarlyStopping;
import org.hetal.training.EncryptedMicrobatch;
import org.hetal.training.LocalGradientService;
import org.hetal.training.PlainTrainer;
import org.hetal.training.StageTimes;
import org.hetal.training.TaskStage;
import org.hetal.training.Trainer;
import org.hetal.training.TrainingListener;
import org.hetal.training.TrainingResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Times a number of training iterations on ciphertexts in one process, without Spark, and verifies
 * the result: the decrypted weights against the plain training of the same minibatches.
 */
@Command(
    name = "train",
    description = {
      "Times encrypted training in this process, without Spark: makes keys, encrypts the"
          + " first minibatches, trains on them, decrypts, and compares with plain training."
    })
final class BenchTrainCommand extends SettingsCommand {
  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Minibatches to train on, an iteration each (default ${DEFAULT-VALUE}). With more than an"
              + " epoch has, training goes on into the next, to the end of it.")
  private int iterations;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "1",
      description = "Times that the minibatches are gone through (default ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--synthetic-features",
      paramLabel = "N",
      description =
          "Generates rows of N features and data.classes classes instead of reading data; the bias"
              + " comes on top. 768, with data.classes=10: the shape of HETAL's MNIST.")
  private int syntheticFeatures;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there too.")
  private Path json;

  /** The stages of a gradient. */
  private static final List<TaskStage> TIMED =
      List.of(TaskStage.EXPAND, TaskStage.LOGITS, TaskStage.SOFTMAX, TaskStage.GRADIENT);

  private Clients backend;

  @Override
  protected int execute() {
    backend = Clients.of(settings());
    DeviceProbe.require(settings().deviceSpec());
    PreparedData data = data();
    Schedule whole = settings().training().schedule(data.train().length);
    Schedule schedule = schedule(whole);
    TrainingPlan plan = plan(data.shape(), schedule);
    String set = plan.parameters().name();
    try (TemporaryFolder folder = new TemporaryFolder("hetal-bench");
        Client client = backend.generate(set, settings().insecureSeed())) {
      Path keys = folder.path().resolve("keys");
      try (ProgressBar bar = ProgressBar.start(out(), "bench train: keys")) {
        client.writeEvaluationKeys(keys, plan.keys(), (done, of, bytes) -> bar.accept(done, of));
      }
      try (Evaluator evaluator = backend.evaluator(keys, set, settings().deviceSpec())) {
        measure(new Run(data, plan, client, evaluator));
      }
    }
    return ExitCode.OK.status();
  }

  /** With the set of the settings, or with the fastest. */
  private TrainingPlan plan(DataShape shape, Schedule schedule) {
    if (!settings().isParameterSetAutomatic()) {
      Parameters parameters = backend.parameters(settings().parameterSet());
      return PlanSettings.plan(settings(), parameters, shape, schedule);
    }
    SetChoice choice =
        SetChoice.of(
            settings(),
            set -> PlanSettings.plan(settings(), set, shape, schedule),
            SetChoice::shippedCosts);
    say("parameter set %s chosen by %s", choice.best().name(), choice.reason());
    return choice.best().plan();
  }

  /**
   * The first minibatches, or where there are not as many whole epochs: enough of them for the
   * iterations.
   */
  private Schedule schedule(Schedule whole) {
    if (iterations < 1 || epochs < 1) {
      throw new SettingsException(
          "--iterations, --epochs: expected at least 1, actual " + iterations + ", " + epochs);
    }
    int batches = Math.min(iterations, whole.batches());
    int times = (iterations + batches - 1) / batches;
    if (times * batches != iterations) {
      say(
          "an epoch has %d minibatches, so instead of %d iterations %d are done",
          batches, iterations, times * batches);
    }
    RowRange last = whole.batch(batches - 1);
    int all = Math.multiplyExact(times, epochs);
    return new Schedule(
        last.end(),
        whole.batchRows(),
        whole.learningRate(),
        all,
        Math.max(all, whole.patience()),
        whole.logitRange(),
        whole.groupsPerMicrobatch());
  }

  private PreparedData data() {
    PreparedData data =
        syntheticFeatures == 0 ? PreparedData.read(settings().data()) : syntheticData();
    say("%s", data.splits().describe());
    data.notes().forEach(note -> say("%s", note));
    data.warnings().forEach(this::warn);
    return data;
  }

  private PreparedData syntheticData() {
    if (syntheticFeatures < 1 || iterations < 1) {
      throw new SettingsException(
          "--synthetic-features, --iterations: expected at least 1, actual "
              + syntheticFeatures
              + ", "
              + iterations);
    }
    int rows = Math.multiplyExact(iterations, settings().training().batchRows());
    Settings.Data data = settings().data();
    return PreparedData.of(SyntheticData.splits(rows, syntheticFeatures, data.classes()), data);
  }

  /** What one measurement works with. */
  private record Run(PreparedData data, TrainingPlan plan, Client client, Evaluator evaluator) {
    Ciphertext encrypted(double[] slots, int level) {
      return evaluator.deserialize(client.encrypt(slots, level));
    }

    FeatureBlocks features(double[][] rows, int level) {
      List<Ciphertext> blocks = new ArrayList<>();
      for (double[] slots : Packing.packFeatures(plan.layout(), rows)) {
        blocks.add(encrypted(slots, level));
      }
      return new FeatureBlocks(blocks, plan.layout().rowBlocks(rows.length));
    }

    EncryptedMicrobatch microbatch(Partition.MicrobatchRows microbatch) {
      List<EncryptedMicrobatch.Group> groups = new ArrayList<>();
      for (RowRange rows : microbatch.groups()) {
        groups.add(
            new EncryptedMicrobatch.Group(
                features(rows.of(data.train()), plan.levels().features()),
                encrypted(
                    Packing.packLabels(plan.layout(), rows.of(data.trainLabels())),
                    plan.levels().labels())));
      }
      return new EncryptedMicrobatch(groups);
    }

    double[][] scaled(double[][] values) {
      return Arrays.stream(values)
          .map(row -> Arrays.stream(row).map(x -> x * plan.schedule().stateScale()).toArray())
          .toArray(double[][]::new);
    }

    double[][] logits(List<byte[]> serialized, List<RowRange> groups) {
      List<double[]> out = new ArrayList<>();
      for (int g = 0; g < groups.size(); g++) {
        double[] slots = client.decrypt(serialized.get(g));
        out.addAll(
            List.of(scaled(Packing.unpackLogits(plan.layout(), slots, groups.get(g).rows()))));
      }
      return out.toArray(double[][]::new);
    }

    double[][] weights(List<byte[]> serialized) {
      return scaled(
          Packing.unpackWeights(
              plan.layout(), serialized.stream().map(client::decrypt).toArray(double[][]::new)));
    }
  }

  private void measure(Run run) {
    Schedule schedule = run.plan().schedule();
    List<RowRange> validationGroups =
        Partition.groups(run.data().validation().length, run.plan().layout());
    Steps steps = new Steps();
    try (Scope scope = new Scope()) {
      List<List<EncryptedMicrobatch>> batches = new ArrayList<>();
      for (int batch = 0; batch < schedule.batches(); batch++) {
        batches.add(
            scope.ownAll(
                Partition.microbatches(schedule, batch, run.plan().layout()).stream()
                    .map(run::microbatch)
                    .toList()));
      }
      List<FeatureBlocks> validation =
          scope.ownAll(
              validationGroups.stream()
                  .map(
                      rows ->
                          run.features(
                              rows.of(run.data().validation()),
                              run.plan().levels().validationFeatures()))
                  .toList());
      LocalGradientService workers =
          scope.own(
              new LocalGradientService(run.evaluator(), run.plan(), batches, validation, steps));
      EarlyStopping stopping = decide(run);
      TrainingResult result =
          new Trainer(
                  run.evaluator(),
                  run.plan(),
                  workers,
                  (epoch, logits) ->
                      stopping.decide(epoch, run.logits(logits, validationGroups)).decision(),
                  CheckpointStore.inMemory(),
                  steps,
                  "bench")
              .run();
      report(run, steps, run.weights(result.best()));
    }
  }

  private static EarlyStopping decide(Run run) {
    return new EarlyStopping(
        run.data().validationLabels(),
        run.plan().layout().classes(),
        run.plan().schedule().patience(),
        run.plan().schedule().logitRange());
  }

  private void report(Run run, Steps steps, double[][] weights) {
    Schedule schedule = run.plan().schedule();
    double[][] rows = Arrays.copyOf(run.data().train(), schedule.rows());
    int[] labels = Arrays.copyOf(run.data().trainLabels(), schedule.rows());
    PlainTrainer.Result plain =
        new PlainTrainer(schedule, run.plan().layout().classes())
            .train(rows, labels, run.data().validation(), decide(run));
    double error = 0;
    for (int c = 0; c < weights.length; c++) {
      for (int f = 0; f < weights[c].length; f++) {
        error = Math.max(error, Math.abs(weights[c][f] - plain.best()[c][f]));
      }
    }
    steps.seconds.sort(Comparator.naturalOrder());
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("name", "training_iteration");
    figures.put("parameter_set", run.evaluator().parameters().name());
    figures.put("device", run.evaluator().device());
    figures.put("commit", EngineLibrary.commit());
    figures.put("batch_rows", schedule.batchRows());
    figures.put("features", run.plan().layout().features());
    figures.put("classes", run.plan().layout().classes());
    figures.put("bootstraps_per_iteration", run.plan().bootstrapsPerIteration());
    figures.put("repetitions", steps.seconds.size());
    figures.put("median_s", steps.seconds.get(steps.seconds.size() / 2));
    figures.put("min_s", steps.seconds.get(0));
    TIMED.forEach(stage -> figures.put(stage.label() + "_s", steps.median(stage)));
    figures.put("validation_s", steps.validation);
    figures.put("epochs", schedule.epochs());
    if (run.data().test() != null) {
      figures.put("accuracy_encrypted", testAccuracy(run, weights));
      figures.put("accuracy_plain", testAccuracy(run, plain.best()));
    }
    if (run.evaluator() instanceof NativeEvaluator engine) {
      figures.put("memory_bytes", engine.bytesInUse());
      figures.put("memory_peak_bytes", engine.bytesPeak());
    }
    figures.put("largest_weight_error", error);
    figures.put("largest_weight", plain.largestWeight());
    figures.forEach((name, value) -> say("%-24s %s", name, value));
    // The softmax is off by up to 2e-4 and the steps add up; a wrong result is off by far more.
    double bound = 1e-3 * schedule.learningRate() * schedule.steps();
    if (!(error <= bound)) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "weights: expected within %.1e of plain training, actual %.1e: the figures do not"
                  + " count",
              bound,
              error));
    }
    if (json != null) {
      Figures.write(List.of(figures), json);
    }
  }

  private static double testAccuracy(Run run, double[][] weights) {
    return PlainTrainer.accuracy(run.data().test(), run.data().testLabels(), weights);
  }

  /** Collects and prints the seconds of each iteration and of its stages. */
  private final class Steps implements TrainingListener, StageTimes {
    private final List<Double> seconds = new ArrayList<>();
    private final List<Map<TaskStage, Double>> stages = new ArrayList<>();
    private Map<TaskStage, Double> current = new EnumMap<>(TaskStage.class);
    private double validation;
    private int steps;

    @Override
    public void started(int epochs, int batches, int epochsDone, int stepsDone) {
      steps = epochs * batches;
    }

    @Override
    public void add(TaskStage stage, long nanoseconds) {
      current.merge(stage, 1e-9 * nanoseconds, Double::sum);
    }

    double median(TaskStage stage) {
      return stages.stream().mapToDouble(x -> x.get(stage)).sorted().toArray()[stages.size() / 2];
    }

    @Override
    public void step(StepEvent event) {
      seconds.add(event.gradientSeconds() + event.updateSeconds());
      String parts =
          TIMED.stream()
              .map(x -> String.format(Locale.ROOT, "%s %.2f s, ", x.label(), current.get(x)))
              .collect(Collectors.joining());
      stages.add(current);
      current = new EnumMap<>(TaskStage.class);
      say(
          "iteration %d of %d: %supdate and refresh %.2f s",
          event.step(), steps, parts, event.updateSeconds());
    }

    @Override
    public void epoch(EpochEvent event) {
      validation = event.validationSeconds();
      say("validation after epoch %d: %.2f s", event.epoch(), event.validationSeconds());
    }
  }
}
