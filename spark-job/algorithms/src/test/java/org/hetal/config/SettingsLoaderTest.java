package org.hetal.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsLoaderTest {
  @TempDir Path folder;

  @Test
  void defaults_areValid() {
    Settings settings = SettingsLoader.load(List.of(), Map.of());
    assertEquals("n16_l12", settings.parameterSet());
    assertEquals(20, settings.oracle().queryBudget(), "twice the epochs");
    assertEquals(1L << 31, settings.cluster().cacheBytes());
    assertEquals(128, settings.training().logitRange());
    assertFalse(settings.isInsecure());
  }

  @Test
  void argumentsWinOverLaterFilesOverEarlierOnes() throws Exception {
    Path first =
        write("first.conf", "hetal { training { epochs = 7, patience = 2 }, threads = 3 }");
    Path second = write("second.conf", "hetal.training.patience = 5");
    Settings settings = SettingsLoader.load(List.of(first, second), Map.of("training.epochs", "9"));
    assertEquals(9, settings.training().epochs());
    assertEquals(5, settings.training().patience());
    assertEquals(3, settings.threads());
  }

  @Test
  void everyBadSetting_isNamedWithExpectedAndActual() {
    SettingsException e =
        assertThrows(
            SettingsException.class,
            () ->
                SettingsLoader.load(
                    List.of(),
                    Map.of(
                        "training.epochs", "0",
                        "training.learning-rate", "fast",
                        "backend", "gpu",
                        "training.rows-per-block", "48")));
    assertTrue(
        e.getMessage()
            .contains("training.epochs: expected a whole number of 1 to 100000, actual 0"),
        e.getMessage());
    assertTrue(
        e.getMessage().contains("training.learning-rate: expected a number"), e.getMessage());
    assertTrue(
        e.getMessage().contains("backend: expected native or simulator or openfhe, actual gpu"),
        e.getMessage());
    assertTrue(e.getMessage().contains("rows-per-block: expected 0 or a power of two, actual 48"));
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void misspeltSetting_isRefused() {
    SettingsException e =
        assertThrows(
            SettingsException.class,
            () -> SettingsLoader.load(List.of(), Map.of("training.epoch", "3")));
    assertTrue(e.getMessage().contains("training.epoch"), e.getMessage());
    assertThrows(
        SettingsException.class, () -> SettingsLoader.load(List.of(), Map.of("training", "3")));
  }

  @Test
  void unreadableFile_isRefused() throws Exception {
    Path broken = write("broken.conf", "hetal { training {");
    assertThrows(SettingsException.class, () -> SettingsLoader.load(List.of(broken), Map.of()));
    assertThrows(
        SettingsException.class,
        () -> SettingsLoader.load(List.of(folder.resolve("absent.conf")), Map.of()));
  }

  @Test
  void fixedSeed_isRefusedWithSecureParametersAndRedactedElsewhere() {
    SettingsException e =
        assertThrows(
            SettingsException.class,
            () -> SettingsLoader.load(List.of(), Map.of("insecure-seed", "4711")));
    assertTrue(e.getMessage().contains("insecure-seed"), e.getMessage());
    Settings settings =
        SettingsLoader.load(
            List.of(), Map.of("insecure-seed", "4711", "parameters", "insecure_n10_l12"));
    assertEquals(4711L, settings.insecureSeed());
    assertTrue(settings.report().contains("insecure-seed = (redacted)"));
    assertTrue(settings.report().stream().noneMatch(line -> line.contains("4711")));
    assertTrue(settings.report().contains("parameters = \"insecure_n10_l12\""));
  }

  @Test
  void simulator_wantsItsOwnParameters() {
    assertThrows(
        SettingsException.class,
        () -> SettingsLoader.load(List.of(), Map.of("backend", "simulator")));
    assertThrows(
        SettingsException.class,
        () -> SettingsLoader.load(List.of(), Map.of("parameters", "insecure_simulator_n12_l12")));
    assertTrue(
        SettingsLoader.load(
                List.of(),
                Map.of("backend", "simulator", "parameters", "insecure_simulator_n12_l12"))
            .isInsecure());
  }

  @Test
  void settings_travelByJavaSerialization() throws Exception {
    Settings settings = SettingsLoader.load(List.of(), Map.of());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(settings);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertEquals(settings, in.readObject());
    }
  }

  private Path write(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text);
  }
}
