package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hetal.config.PlanSettings;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.he.NativeParameters;
import org.hetal.owner.data.MadeUpData;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.data.Splits;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.DeviceMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training without Spark on the device cuda: kernels played by the host, or a GPU's own. */
class CudaBenchTest {
  private static final String LIBRARY = "hetal.cuda.library";
  @TempDir Path folder;
  private String output;

  @AfterEach
  void clear() {
    System.clearProperty(LIBRARY);
  }

  private static final Map<String, String> SETTINGS =
      Map.of(
          "parameters", "insecure_n10_l12",
          "data.classes", "3",
          "training.batch-rows", "300",
          "training.logit-range", "32");

  private int bench(String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("bench-train", "--quiet"));
    SETTINGS.forEach((path, value) -> arguments.addAll(List.of("--set", path + "=" + value)));
    arguments.addAll(
        List.of(
            "--made-up", "9", "--iterations", "1", "--json", folder.resolve("f.json").toString()));
    arguments.addAll(List.of(more));
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    output = run.output();
    return run.status();
  }

  @Test
  void benchTrain_onCuda_verifiesItsResultAndNamesTheDevice() throws Exception {
    System.setProperty(LIBRARY, System.getProperty("hetal.test.cuda.library"));
    assertEquals(0, bench("--device", "cuda"), () -> output);
    String figures = Files.readString(folder.resolve("f.json"));
    assertTrue(figures.contains("\"device\" : \"cuda/"), figures);
    assertTrue(figures.contains("largest_weight_error"), figures);
  }

  /** What is planned before any key is made is what the engine then takes, or a little more. */
  @Test
  void benchTrain_takesTheDeviceMemoryThatIsPlanned() throws Exception {
    System.setProperty(LIBRARY, System.getProperty("hetal.test.cuda.library"));
    assertEquals(0, bench("--device", "cuda"), () -> output);
    long peak =
        new ObjectMapper()
            .readTree(folder.resolve("f.json").toFile())
            .get(0)
            .path("memory_peak_bytes")
            .asLong();
    Settings settings = SettingsLoader.load(List.of(), SETTINGS);
    Splits rows = MadeUpData.splits(300, 9, 3);
    TrainingPlan plan =
        PlanSettings.plan(
            settings,
            NativeParameters.named("insecure_n10_l12"),
            PreparedData.of(rows, settings.data()).shape());
    long planned = DeviceMemory.of(plan, Long.MAX_VALUE).total(1);
    assertTrue(peak <= planned, peak + " of " + planned);
    assertTrue(peak >= planned / 2, peak + " of " + planned);
  }

  @Test
  void benchTrain_onCudaWithoutTheLibrary_endsWith78BeforeAnythingElse() throws Exception {
    assertEquals(78, bench("--device", "cuda"), () -> output);
    assertTrue(output.contains("expected hetal-he-cuda-VERSION.jar"), output);
    assertEquals(1, output.lines().filter(line -> line.startsWith("hetal")).count(), output);
    assertTrue(Files.notExists(folder.resolve("f.json")));
  }

  @Test
  void benchTrain_withTooLittleDeviceMemory_endsWith75() throws Exception {
    System.setProperty(LIBRARY, System.getProperty("hetal.test.cuda.library"));
    assertEquals(75, bench("--device", "cuda", "--set", "device-memory=2m"), () -> output);
    assertTrue(output.contains("memory"), output);
  }
}
