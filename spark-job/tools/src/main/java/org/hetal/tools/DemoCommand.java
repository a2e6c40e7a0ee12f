package org.hetal.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.hetal.command.ExitCode;
import org.hetal.command.SettingsCommand;
import org.hetal.command.SettingsOptions;
import org.hetal.command.Units;
import org.hetal.config.DemoProfile;
import org.hetal.config.Settings;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.Parameters;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.keys.CostProbe;
import org.hetal.owner.keys.DeviceProbe;
import org.hetal.owner.keys.SetChoice;
import org.hetal.plan.DataShape;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.TrainingEstimate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs every role's commands, each in its own process. */
@Command(
    name = "demo",
    description = {
      "Trains a classifier of handwritten digits on ciphertexts, every role in a process of its"
          + " own, and compares it with the same training on plaintext.",
      "Leaves keys, data, models, a chart of the loss and a log in .hetal/demo.",
      "With --owners: several banks train one classifier of credits on the customers of all, which"
          + " they show to nobody; a key holder and the cluster are parties of their own. Leaves a"
          + " folder per party in .hetal/demo-owners."
    })
final class DemoCommand extends SettingsCommand {
  @Option(
      names = "--fast",
      description = "Toy parameters that protect nothing; takes less than a minute.")
  private boolean fast;

  @Option(
      names = "--simulator",
      description = "Plaintext doubles instead of ciphertexts, to try the steps.")
  private boolean simulator;

  @Option(
      names = "--owners",
      paramLabel = "N",
      description = "Several data owners: 2 to 8, such as 3. Takes about ten minutes.")
  private Integer owners;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON.")
  private Path json;

  private static final int DIGEST_DIGITS = 64;

  @Spec private CommandSpec spec;

  private final List<String> settingArguments = new ArrayList<>();

  @Override
  protected Settings load(SettingsOptions given) {
    requireOwners();
    DemoProfile profile = profile();
    if (profile.isJoint()) {
      return profile.load(given.files(), given.overrides());
    }
    List<Path> files = profile.files(given.files());
    Map<String, String> overrides = profile.overrides(given.overrides());
    files.forEach(file -> settingArguments.addAll(List.of("-c", file.toString())));
    overrides.forEach(
        (path, value) -> settingArguments.addAll(List.of("--set", path + "=" + value)));
    return profile.load(given.files(), given.overrides());
  }

  private DemoProfile profile() {
    return new DemoProfile(Programs.home(), owners == null ? 1 : owners, fast, simulator);
  }

  private void requireOwners() {
    if (owners != null && (owners < CreditBanks.FEWEST || owners > CreditBanks.MOST)) {
      throw new ParameterException(
          spec.commandLine(),
          String.format(
              Locale.ROOT,
              "--owners: expected %d to %d, actual %d",
              CreditBanks.FEWEST,
              CreditBanks.MOST,
              owners));
    }
  }

  @Override
  protected int execute() {
    DeviceProbe.require(settings().deviceSpec());
    ObjectNode result = owners == null ? oneOwner() : severalOwners();
    if (json != null) {
      Figures.write(result, json);
    }
    return ExitCode.OK.status();
  }

  private ObjectNode severalOwners() {
    Parameters parameters = Clients.of(settings()).parameters(settings().parameterSet());
    CreditBanks banks =
        CreditBanks.read(Programs.home().resolve("conf/data/credit.csv.gz"), owners);
    showDuration("demo --owners " + owners, parameters, owners, () -> jointPlan(parameters, banks));
    JointDemo demo =
        new JointDemo(
            out(),
            settings(),
            parameters,
            banks,
            new PartySettings(options().files(), options().overrides()),
            Programs.ofLauncher(),
            Path.of(".hetal/demo-owners"));
    return demo.run(JointSite.common(profile().files(List.of())));
  }

  /** For the time that it takes: by as many full minibatches as the banks have full and short. */
  private TrainingPlan jointPlan(Parameters parameters, CreditBanks banks) {
    Settings.Training training = settings().training();
    int rows = training.batchRows() * banks.minibatches(training);
    int validationRows =
        IntStream.rangeClosed(1, owners)
            .map(bank -> banks.rows(bank, CreditBanks.Split.VALIDATION))
            .sum();
    int columns = banks.header().split(",").length - settings().data().dropColumns().size();
    DataShape shape = new DataShape(rows, validationRows, columns); // the bias for the label
    return PlanSettings.joint(settings(), parameters, shape, "0".repeat(DIGEST_DIGITS));
  }

  private ObjectNode oneOwner() {
    Settings settings = settings();
    PreparedData data = PreparedData.read(settings.data());
    Parameters parameters = parameters(data);
    showDuration(
        "demo", parameters, 1, () -> PlanSettings.plan(settings, parameters, data.shape()));
    Demo demo =
        new Demo(
            out(),
            settings,
            parameters,
            settingArguments,
            Programs.ofLauncher(),
            Path.of(".hetal/demo"));
    return demo.run();
  }

  /** With auto those that the owner's command, which makes the plan, will choose, too. */
  private Parameters parameters(PreparedData data) {
    Settings settings = settings();
    return settings.isParameterSetAutomatic()
        ? SetChoice.of(settings, data.shape()).best().parameters()
        : Clients.of(settings).parameters(settings.parameterSet());
  }

  /** The engine is timed on this machine; the times of other backends and devices are unknown. */
  private void showDuration(
      String command, Parameters parameters, int owners, Supplier<TrainingPlan> plan) {
    Settings settings = settings();
    if (settings.isInsecure()
        || settings.backend() != Settings.Backend.NATIVE
        || settings.device() != Settings.Device.CPU) {
      return;
    }
    CostProbe probe = CostProbe.measure(parameters.name(), settings.threads());
    out().println(duration(command, plan.get(), parameters, probe, owners));
  }

  /**
   * How long the demo takes on the machine that was measured, and what is shorter.
   *
   * @param command with which it was started
   * @param owners of the rows
   */
  static String duration(
      String command, TrainingPlan plan, Parameters parameters, CostProbe probe, int owners) {
    TrainingEstimate estimate = TrainingEstimate.of(plan, parameters, probe.costs(), owners);
    double keys = estimate.keyBytes() * probe.secondsPerKeyByte();
    double epoch = 60 * estimate.minutesPerEpoch();
    return String.format(
        Locale.ROOT,
        "This takes about %.0f minutes on this machine, by a short measurement of it: keys %s, %d"
            + " epochs of %s.%n./hetal %s --fast does the same with toy parameters in less than a"
            + " minute.",
        Math.ceil((keys + plan.schedule().epochs() * epoch) / 60),
        Units.duration(keys),
        plan.schedule().epochs(),
        Units.duration(epoch),
        command);
  }
}
