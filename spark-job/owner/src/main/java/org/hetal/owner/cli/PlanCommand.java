package org.hetal.owner.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.command.ExitCode;
import org.hetal.command.ProgressBar;
import org.hetal.command.Units;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.Parameters;
import org.hetal.owner.JointOwner;
import org.hetal.owner.JointPlan;
import org.hetal.owner.KeyHolder;
import org.hetal.owner.OwnerFiles;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.evaluation.Evaluation;
import org.hetal.owner.evaluation.TrainingWarnings;
import org.hetal.owner.keys.SetChoice;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.CostModel;
import org.hetal.planner.CostsByThreads;
import org.hetal.planner.DeviceMemory;
import org.hetal.planner.TrainingEstimate;
import org.hetal.training.PlainTrainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells what training will take, before any key is made. */
@Command(
    name = "plan",
    description = {
      "Plans the training and writes the plan (paths.plan) by which the other commands work; prints"
          + " levels, keys, bootstraps, bytes and, with figures of your machine, minutes per epoch.",
      "With parameters = auto it plans with each 128-bit parameter set, takes the one whose iterations"
          + " take least time by measured costs, and says why; the plan names it.",
      "With --device cuda it also tells the device memory that an engine takes, and refuses a"
          + " device-memory that is too little.",
      "With --search it also trains in the clear with several learning rates, sizes of minibatches,"
          + " epochs and logit ranges, and prints the schedule with the least predicted time whose"
          + " validation accuracy is within 0.2 %% of the best. It takes minutes.",
      "With --plaintext it also trains on the plaintext rows and says whether the logits stay inside"
          + " the softmax's range."
    })
final class PlanCommand extends OwnerCommand {
  private static final int MOST_EXECUTORS = 4096;

  /** Of the time of training. */
  private static final double CHECKPOINT_SHARE = 0.03;

  private static final double STORAGE_BYTES_PER_SECOND = 100e6;
  private static final double SECONDS_PER_MINUTE = 60;

  @Option(
      names = "--costs",
      paramLabel = "FILE",
      split = ",",
      description =
          "Figures of your machine, from: hetal bench engine --set SET --json FILE (default: of the"
              + " project's); with parameters = auto of both sets; for --cores several, of one number"
              + " of threads each")
  private List<Path> costs = List.of();

  @Option(
      names = "--executors",
      paramLabel = "N",
      split = ",",
      description =
          "Also tells the time of an iteration on so many executors, and what limits it: 1,2,4,8,16")
  private List<Integer> executors = List.of();

  @Option(
      names = "--cores",
      paramLabel = "N",
      split = ",",
      description =
          "Cores of an executor, for --executors: 2,8,16 (default: 2, or the threads of --costs). The"
              + " project's costs reach from 1 to 16; those of numbers of threads that were not"
              + " measured are estimated, and the table says so.")
  private List<Integer> cores = List.of();

  @Option(
      names = "--batches",
      paramLabel = "GROUPS",
      split = ",",
      description =
          "Also trains in the clear with minibatches of so many groups (a group: the most rows whose"
              + " logits one ciphertext holds) and several learning rates, and tells for each the"
              + " iterations to the least validation loss and the time on --executors: 1,2,4,8;"
              + " larger minibatches than those of the settings get as many more epochs, so that the"
              + " steps are as many.")
  private List<Integer> batches = List.of();

  @Option(
      names = "--search",
      description =
          "Also searches learning rate, rows of a minibatch, epochs and logit range in the clear, and"
              + " prints the cheapest schedule: training.epochs are the most that are tried with the"
              + " minibatches of the settings.")
  private boolean search;

  @Option(
      names = "--network",
      paramLabel = "GBIT",
      defaultValue = "10",
      description = "Gigabits per second between executors (default ${DEFAULT-VALUE}).")
  private double network;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Writes the table of --executors there too.")
  private Path json;

  @Option(
      names = "--plaintext",
      description = "Also train on the plaintext rows, to see whether the logits stay in range.")
  private boolean plaintext;

  @Mixin private ContributionOptions joint;

  @Override
  int run() {
    joint.require();
    if (joint.isContribution()) {
      try (JointOwner owner = jointOwner()) {
        joint.contribute(owner, data(), line -> say("%s", line), this::warn);
      }
    } else if (joint.contributions() != null) {
      planContributions();
    } else {
      OwnerFiles.of(settings()).requireOneOwner();
      PreparedData data = readData();
      PlanCosts known = new PlanCosts(costs);
      TrainingPlan plan = planned(data, known);
      describe(plan, data, known, 1);
      save(plan, () -> PlanFile.write(OwnerFiles.of(settings()).plan(), plan));
    }
    return ExitCode.OK.status();
  }

  private void planContributions() {
    joint.requireNoNeedOfRows(plaintext || search || !batches.isEmpty());
    try (KeyHolder holder = keyHolder()) {
      JointPlan made = holder.plan(joint.contributions());
      say("contributions           %s", ContributionOptions.summary(made));
      if (made.contributions() == 1) {
        warn(
            "one contribution: you see the statistics of its owner. The sums of more owners need a new"
                + " secret key, since a key opens one total");
      }
      sayParameters(made.plan());
      describe(made.plan(), null, new PlanCosts(costs), made.contributions());
      save(made.plan(), () -> holder.publish(made));
    }
  }

  /**
   * @param data null: of several owners, unknown here
   * @param owners of the rows
   */
  private void describe(TrainingPlan plan, PreparedData data, PlanCosts known, int owners) {
    Parameters parameters = parameters(plan.parameters().name());
    say("layout                  %s", plan.layout());
    say("levels                  %s", plan.levels());
    say("minibatches an epoch    %s%d", atMost(owners), plan.schedule().mostBatches(owners));
    say("bootstraps an iteration %d", plan.bootstrapsPerIteration());
    if (data != null && !settings().isParameterSetAutomatic()) {
      new OtherSets(settings(), data.shape(), known)
          .faster(plan)
          .ifPresent(line -> say("a faster set            %s", line));
    }
    say("operations an iteration %s", plan.iteration());
    say("rotation keys           %d, beside bootstrapping's", plan.keys().rotations().size());
    CostModel figures = known.of(parameters).orElse(null);
    if (figures == null && (search || !(executors.isEmpty() && batches.isEmpty()))) {
      throw new SettingsException(
          "--executors, --batches, --search: expected measured costs of "
              + plan.parameters().name()
              + ", actual none; measure: hetal bench engine --set "
              + plan.parameters().name()
              + " --json FILE, then plan --costs FILE");
    }
    if (figures == null) {
      say(
          "bytes and minutes       unknown for %s; measure: hetal bench engine --set %s --json F, then"
              + " plan --costs F",
          plan.parameters().name(), plan.parameters().name());
    } else {
      showEstimate(plan, parameters, figures, owners);
      showClusters(plan, parameters, known);
      showBatches(data, plan, parameters, figures);
      showSearch(data, plan, parameters, known);
    }
    if (plaintext) {
      showPlain(data, plan);
    }
    if (settings().backend() == Settings.Backend.NATIVE) {
      showMemory(DeviceMemory.of(plan, parameters, settings().cluster().cacheBytes()));
    }
  }

  /** With the set of the settings, or with the fastest. */
  private TrainingPlan planned(PreparedData data, PlanCosts known) {
    if (!settings().isParameterSetAutomatic()) {
      TrainingPlan plan =
          PlanSettings.plan(settings(), parameters(settings().parameterSet()), data.shape());
      sayParameters(plan);
      return plan;
    }
    SetChoice choice =
        SetChoice.of(
            settings(),
            set -> PlanSettings.plan(settings(), set, data.shape()),
            known.comparable(settings()));
    sayParameters(choice.best().plan());
    say("chosen by               %s", choice.reason());
    known.requireSet(choice.best().parameters());
    return choice.best().plan();
  }

  private void sayParameters(TrainingPlan plan) {
    say(
        "parameter set           %s, %d-bit",
        plan.parameters().name(), plan.parameters().securityBits());
  }

  /** Data sets keep a copy of their plan, so a later plan may replace the file. */
  private void save(TrainingPlan plan, Runnable write) {
    Path file = OwnerFiles.of(settings()).plan();
    String before = Files.exists(file) ? digest(file) : "";
    if (plan.isJoint() || !before.equals(plan.digest())) {
      write.run();
    }
    say(
        "plan                    %s in %s%s",
        plan.digest(),
        file,
        before.isEmpty() || before.equals(plan.digest()) ? "" : ", replaces " + before);
  }

  private static String digest(Path file) {
    try {
      return PlanFile.read(file).digest();
    } catch (DatasetException e) {
      return "one that cannot be read (" + e.getMessage() + ")";
    }
  }

  /** On the CPU it is beside the Java heap. */
  private void showMemory(DeviceMemory memory) {
    long needed = memory.total(1);
    say(
        "%s %s (keys %s, masks and state %s, rows kept %s, a task %s), and %s for each further"
            + " task at a time",
        settings().device() == Settings.Device.CUDA
            ? "device memory          "
            : "memory an executor     ",
        Units.bytes(needed),
        Units.bytes(memory.keys()),
        Units.bytes(memory.shared()),
        Units.bytes(memory.kept()),
        Units.bytes(memory.task()),
        Units.bytes(memory.task()));
    long limit = settings().deviceMemory();
    if (limit > 0 && needed > limit) {
      throw new SettingsException(
          "device-memory: expected at least "
              + needed
              + " bytes for this plan with one task at a time, actual "
              + limit
              + " (cluster.cache-bytes limits the rows that are kept)");
    }
  }

  /** Each of several owners cuts rows of their own; how many they have is unknown here. */
  private static String atMost(int owners) {
    return owners == 1 ? "" : "at most ";
  }

  private void showEstimate(
      TrainingPlan plan, Parameters parameters, CostModel figures, int owners) {
    TrainingEstimate estimate = TrainingEstimate.of(plan, parameters, figures, owners);
    String atMost = atMost(owners);
    say("keys on disk            %s", Units.bytes(estimate.keyBytes()));
    say("encrypted data          %s%s", atMost, Units.bytes(estimate.featureBytes()));
    say("state sent a step       %s", Units.bytes(estimate.stateBytes()));
    say(
        "an iteration            %s on one worker like that of %s",
        Units.duration(estimate.secondsPerIteration()), figures.source());
    say(
        "a validation            %s%s on one such worker, once per epoch",
        atMost, Units.duration(estimate.secondsPerValidation()));
    say(
        "an epoch                %s%.1f min on one such worker",
        atMost, estimate.minutesPerEpoch());
    showCheckpoints(estimate);
  }

  private void showClusters(TrainingPlan plan, Parameters parameters, PlanCosts known) {
    if (executors.isEmpty()) {
      return;
    }
    List<Integer> asked = new ArrayList<>(executors);
    asked.addAll(cores);
    if (asked.stream().anyMatch(n -> n < 1 || n > MOST_EXECUTORS) || !(network > 0)) {
      throw new SettingsException(
          "--executors, --cores, --network: expected 1 to "
              + MOST_EXECUTORS
              + " and a positive number of gigabits, actual "
              + asked
              + ", "
              + network);
    }
    CostsByThreads measured = known.byThreads(parameters).orElseThrow();
    List<Integer> threads = cores;
    if (threads.isEmpty()) {
      threads = known.areShipped() ? List.of(2) : List.copyOf(measured.threads());
    }
    ClusterTable table = new ClusterTable(plan, parameters, measured, threads, executors, network);
    table.lines().forEach(line -> say("%s", line));
    if (json != null) {
      writeResult(json, table.json());
    }
  }

  private void showBatches(
      PreparedData data, TrainingPlan plan, Parameters parameters, CostModel figures) {
    if (batches.isEmpty()) {
      return;
    }
    if (batches.stream().anyMatch(n -> n < 1)) {
      throw new SettingsException("--batches: expected at least 1 group, actual " + batches);
    }
    new BatchTable(data, plan, parameters, figures, ClusterTable.network(network))
        .lines(batches, executors.isEmpty() ? List.of(1) : executors)
        .forEach(line -> say("%s", line));
  }

  private void showSearch(
      PreparedData data, TrainingPlan plan, Parameters parameters, PlanCosts known) {
    if (!search) {
      return;
    }
    SchedulePricing pricing =
        new SchedulePricing(settings(), data.shape(), plan.preprocessing(), parameters, known);
    ScheduleSearch searched =
        new ScheduleSearch(data, plan.schedule(), plan.layout().classes(), pricing);
    ScheduleSearch.Result result;
    try (ProgressBar bar = options().progress(out(), "plan: trainings in the clear")) {
      result = searched.run(bar::accept);
    }
    SearchTable.lines(result).forEach(line -> say("%s", line));
  }

  private void showCheckpoints(TrainingEstimate estimate) {
    int every = settings().cluster().checkpointEvery();
    double seconds = estimate.checkpointBytes() / STORAGE_BYTES_PER_SECOND;
    if (every == 0) {
      say(
          "a checkpoint            %s twice at the end of each epoch: %.2f s each at %s per second,"
              + " %.2f %% of the time of an epoch",
          Units.bytes(estimate.checkpointBytes()),
          seconds,
          Units.bytes((long) STORAGE_BYTES_PER_SECOND),
          100 * 2 * seconds / (SECONDS_PER_MINUTE * estimate.minutesPerEpoch()));
      return;
    }
    double between = every * estimate.secondsPerIteration();
    say(
        "a checkpoint            %s every %d iterations: %.2f s at %s per second, %.2f %% of the time"
            + " of those iterations on one such worker; below %.0f %% on a storage that takes %s per"
            + " second",
        Units.bytes(estimate.checkpointBytes()),
        every,
        seconds,
        Units.bytes((long) STORAGE_BYTES_PER_SECOND),
        100 * seconds / between,
        100 * CHECKPOINT_SHARE,
        Units.bytes((long) Math.ceil(estimate.checkpointBytes() / (CHECKPOINT_SHARE * between))));
  }

  private void showPlain(PreparedData data, TrainingPlan plan) {
    PlainTrainer.Result plain = Evaluation.trainPlain(data, settings());
    double range = plan.schedule().logitRange();
    say(
        "in the clear            %d epochs (%s), best %d, loss %.4f, accuracy %.2f %%",
        plain.epochs().size(),
        plain.reason(),
        plain.bestEpoch(),
        plain.epochs().get(Math.max(0, plain.bestEpoch() - 1)).loss(),
        100 * plain.epochs().get(Math.max(0, plain.bestEpoch() - 1)).accuracy());
    say(
        "largest logit           %.2f of %.0f; wanted: at most half of it",
        plain.largestTrainingLogit(), range);
    say(
        "largest weight          %.2f of %.0f",
        plain.largestWeight(), plan.parameters().bootstrapBound() * plan.schedule().stateScale());
    TrainingWarnings.of(plain, plan.schedule(), settings().data().classes()).forEach(this::warn);
  }
}
