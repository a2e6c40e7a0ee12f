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
import org.hetal.he.DeviceChoice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsLoaderTest {
  @TempDir Path folder;

  @Test
  void separator_isACharacterOrItsName() {
    for (Map.Entry<String, Character> each :
        Map.of(",", ',', ";", ';', "|", '|', "tab", '\t', "blank", ' ').entrySet()) {
      Settings settings = SettingsLoader.load(List.of(), Map.of("data.separator", each.getKey()));
      assertEquals(each.getValue(), settings.data().separator());
    }
    for (String bad : List.of(":", "", "\t", ";;")) {
      assertThrows(
          SettingsException.class,
          () -> SettingsLoader.load(List.of(), Map.of("data.separator", bad)),
          bad);
    }
  }

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
  void device_isTheProcessorUnlessAskedFor() {
    Settings plain = SettingsLoader.load(List.of(), Map.of("threads", "3"));
    assertEquals(DeviceChoice.cpu(3), plain.deviceChoice());
    assertEquals(DeviceChoice.cpu(3), plain.driverDeviceChoice());
    Settings gpu =
        SettingsLoader.load(
            List.of(), Map.of("threads", "3", "device", "cuda", "device-memory", "40g"));
    assertEquals(new DeviceChoice("cuda", 3, 0, 40L << 30), gpu.deviceChoice());
    assertEquals(gpu.deviceChoice(), gpu.driverDeviceChoice());
    Settings split =
        SettingsLoader.load(List.of(), Map.of("device", "cuda", "cluster.driver-device", "cpu"));
    assertEquals(DeviceChoice.cuda(0), split.deviceChoice());
    assertEquals(DeviceChoice.cpu(0), split.driverDeviceChoice());
  }

  @Test
  void device_isRefusedWhereItIsUnknownOrNotTheEngines() {
    assertRefused("device: expected cpu or cuda, actual rocm", Map.of("device", "rocm"));
    assertRefused(
        "device-memory: expected a size", Map.of("device", "cuda", "device-memory", "much"));
    assertRefused("device-memory: expected a size", Map.of("device-memory", "-1"));
    assertRefused(
        "cluster.driver-device: expected same or cpu", Map.of("cluster.driver-device", "cuda"));
    assertRefused(
        "device: expected cpu with the backend simulator, actual cuda",
        Map.of(
            "device", "cuda", "backend", "simulator", "parameters", "insecure_simulator_n8_l12"));
    assertRefused(
        "device: expected cpu with the backend openfhe, actual cuda",
        Map.of("device", "cuda", "backend", "openfhe", "parameters", "openfhe_n16_l7"));
  }

  private static void assertRefused(String expected, Map<String, String> overrides) {
    SettingsException e =
        assertThrows(SettingsException.class, () -> SettingsLoader.load(List.of(), overrides));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
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

  @ParameterizedTest
  @CsvSource({
    "localhost, localhost",
    "data_owner, data_owner",
    "owner-1.example.org, owner-1.example.org",
    "10.1.2.3, 10.1.2.3",
    "::1, ::1",
    "[::1], ::1",
    "2001:db8::7, 2001:db8::7",
    "fe80::1%eth0, fe80::1%eth0",
    "::ffff:10.1.2.3, ::ffff:10.1.2.3"
  })
  void oracleHost_isANameOrAnAddress(String written, String host) {
    Settings settings = SettingsLoader.load(List.of(), Map.of("oracle.host", written));
    assertEquals(host, settings.oracle().host());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://owner",
        "owner:8443",
        "dead:8443",
        "owner/x",
        "[::1",
        "[owner]",
        "-x",
        "two words",
        "",
        "h\u00f6st"
      })
  void oracleHost_thatIsNone_isRefusedWithWhatToDo(String written) {
    String message =
        assertThrows(
                SettingsException.class,
                () -> SettingsLoader.load(List.of(), Map.of("oracle.host", written)))
            .getMessage();
    assertTrue(message.contains("oracle.host: expected a host name"), message);
    assertTrue(message.contains("without scheme, path and port"), message);
  }
}
