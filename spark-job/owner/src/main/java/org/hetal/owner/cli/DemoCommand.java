package org.hetal.owner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.hetal.command.ExitCode;
import org.hetal.config.PlanSettings;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.he.Parameters;
import org.hetal.owner.data.BenchFile;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.demo.Demo;
import org.hetal.owner.keys.ClientBackend;
import org.hetal.owner.keys.CostProbe;
import org.hetal.owner.keys.DeviceProbe;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.TrainingEstimate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs every role's commands, each in its own process. */
@Command(
    name = "demo",
    description = {
      "Trains a classifier of handwritten digits on ciphertexts, every role in a process of its"
          + " own, and compares it with the same training in the clear.",
      "Leaves everything, a chart of the loss and a log in .hetal/demo."
    })
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--fast",
      description = "Toy parameters that protect nothing, to see the story in under a minute.")
  private boolean fast;

  @Option(
      names = "--simulator",
      description = "Doubles in the clear instead of ciphertexts: a dryRun.")
  private boolean simulator;

  @Mixin private BackendOptions choice;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON.")
  private Path json;

  @Option(
      names = {"-s", "--set"},
      paramLabel = "SETTING=VALUE",
      converter = Converters.SettingName.class,
      description = "Overrides one setting.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Override
  public Integer call() {
    Path home = Path.of(launcher("HETAL_HOME"));
    List<Path> files = new ArrayList<>(List.of(home.resolve("conf/demo.conf")));
    if (fast) {
      files.add(home.resolve("conf/demo-fast.conf"));
    }
    if (simulator) {
      files.add(home.resolve("conf/demo-simulator.conf"));
    }
    Map<String, String> all = new LinkedHashMap<>();
    // In demo.conf the path is relative, as it is for whoever copies it.
    all.put("data.train.features", home.resolve("conf/data/digits.csv.gz").toString());
    all.putAll(choice.over(overrides));
    Settings settings = SettingsLoader.load(files, all);
    List<String> arguments = new ArrayList<>();
    files.forEach(file -> arguments.addAll(List.of("-c", file.toString())));
    all.forEach((path, value) -> arguments.addAll(List.of("--set", path + "=" + value)));
    if (settings.isInsecure()) {
      System.out.println("*".repeat(90));
      System.out.println(
          "***  INSECURE: " + settings.parameterSet() + " protects nothing. For a look only.");
      System.out.println("*".repeat(90));
    }
    DeviceProbe.require(settings.deviceSpec());
    showDuration(settings);
    Demo demo =
        new Demo(
            System.out,
            settings,
            ClientBackend.of(settings).parameters(settings.parameterSet()),
            arguments,
            new Demo.Programs(
                launcher("HETAL_OWNER_CLASSPATH"),
                launcher("HETAL_CLUSTER_CLASSPATH"),
                launcher("HETAL_CLUSTER_JAVA_OPTIONS")),
            Path.of(".hetal/demo"));
    ObjectNode result = demo.run();
    if (json != null) {
      Demo.write(result, json);
    }
    return ExitCode.OK.status();
  }

  /** The engine is timed on this machine; with another backend or device nothing is known. */
  private static void showDuration(Settings settings) {
    if (settings.isInsecure()
        || settings.backend() != Settings.Backend.NATIVE
        || settings.device() != Settings.Device.CPU) {
      return;
    }
    Parameters parameters = ClientBackend.of(settings).parameters(settings.parameterSet());
    TrainingPlan plan =
        PlanSettings.plan(settings, parameters, PreparedData.read(settings.data()).shape());
    CostProbe probe =
        CostProbe.measure(parameters.name(), BenchFile.keyShape(parameters), settings.threads());
    System.out.println(duration(plan, probe));
  }

  /** How long the demo takes on the machine that was measured, and what is shorter. */
  static String duration(TrainingPlan plan, CostProbe probe) {
    TrainingEstimate estimate = TrainingEstimate.of(plan, probe.costs());
    double keys = estimate.keyBytes() * probe.secondsPerKeyByte();
    double epoch = 60 * estimate.minutesPerEpoch();
    return String.format(
        Locale.ROOT,
        "This takes about %.0f minutes on this machine, by a short measurement of it: keys %s, %d"
            + " epochs of %s.%n./hetal demo --fast does the same with toy parameters in less than a"
            + " minute.",
        Math.ceil((keys + plan.schedule().epochs() * epoch) / 60),
        Sizes.seconds(keys),
        plan.schedule().epochs(),
        Sizes.seconds(epoch));
  }

  private static String launcher(String variable) {
    String value = System.getenv(variable);
    if (value == null || value.isEmpty()) {
      throw new SettingsException(
          "demo: expected to be started by the launcher ./hetal, actual no " + variable);
    }
    return value;
  }
}
