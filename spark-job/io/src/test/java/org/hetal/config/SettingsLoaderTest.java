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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.hetal.he.DeviceSpec;
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
  void columns_areAListOrATextWithCommas() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("columns.conf"), "hetal.data.drop-columns = [id, \"length, cm\", 3]");
    assertEquals(
        List.of("id", "length, cm", "3"),
        SettingsLoader.load(List.of(file), Map.of()).data().dropColumns());
    Map<String, List<String>> texts =
        Map.of(
            "id, name",
            List.of("id", "name"),
            "",
            List.of(),
            "[]",
            List.of(),
            "[a, b]",
            List.of("a", "b"));
    texts.forEach(
        (text, expected) ->
            assertEquals(
                expected,
                SettingsLoader.load(List.of(file), Map.of("data.drop-columns", text))
                    .data()
                    .dropColumns()));
    for (String bad : List.of("a,,b", "a,a", ",")) {
      assertRefused(
          "data.drop-columns: expected texts that are not empty and differ",
          Map.of("data.drop-columns", bad));
    }
  }

  @Test
  void header_isFoundUnlessItIsSet() {
    assertEquals(Settings.Header.AUTO, SettingsLoader.load(List.of(), Map.of()).data().header());
    assertEquals(
        Settings.Header.TRUE,
        SettingsLoader.load(List.of(), Map.of("data.header", "true")).data().header());
    assertRefused("data.header: expected auto or true or false", Map.of("data.header", "yes"));
  }

  @Test
  void defaults_areValid() {
    Settings settings = SettingsLoader.load(List.of(), Map.of());
    assertTrue(settings.isParameterSetAutomatic());
    assertEquals(10, settings.oracle().queryBudget(), "the epochs");
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

  private static String refused(String setting, String value) {
    String said =
        assertThrows(
                SettingsException.class,
                () -> SettingsLoader.load(List.of(), Map.of(setting, value)),
                setting + "=" + value)
            .getMessage();
    assertEquals(1, said.lines().count(), said);
    assertTrue(said.contains("expected"), said);
    return said;
  }

  @Test
  void numbers_areTakenWholeOrRefused() {
    for (String value : List.of("3.7", "3d", "0x3", "1e-1", "99999999999", "", "three")) {
      assertTrue(refused("training.epochs", value).contains("actual " + value), value);
    }
    for (String value : List.of("1.5", "1f", "9223372036854775808")) {
      refused("data.shuffle-seed", value);
    }
    for (String value : List.of("2d", "1f", "0x1p4", "NaN", "Infinity")) {
      refused("training.learning-rate", value);
    }
    refused("device-memory", "1.5");
    Settings settings =
        SettingsLoader.load(
            List.of(),
            Map.of(
                "training.epochs", "1e1",
                "training.learning-rate", "1.5e-1",
                "data.shuffle-seed", "-9223372036854775808",
                "device-memory", "1.5g"));
    assertEquals(10, settings.training().epochs());
    assertEquals(0.15, settings.training().learningRate());
    assertEquals(Long.MIN_VALUE, settings.data().shuffleSeed());
    assertEquals(3L << 29, settings.deviceMemory());
  }

  @Test
  void numbersOfFiles_areTakenWholeOrRefused() throws Exception {
    Path file = write("fraction.conf", "hetal.training.epochs = 3.7");
    String said =
        assertThrows(SettingsException.class, () -> SettingsLoader.load(List.of(file), Map.of()))
            .getMessage();
    assertTrue(
        said.contains("actual 3.7 (" + file.getFileName()) || said.contains("fraction.conf"), said);
  }

  @Test
  void nameThatIsNone_isRefused() {
    for (String name : List.of("training,epochs", "", "a..b", "training.epochs ]")) {
      refused(name, "3");
    }
  }

  @Test
  void missingInclude_isRefusedAndAnExistingOneTaken() throws Exception {
    write("base.conf", "hetal.training.epochs = 7");
    Path good = write("good.conf", "include \"base.conf\"\nhetal.threads = 2");
    assertEquals(7, SettingsLoader.load(List.of(good), Map.of()).training().epochs());
    Path byFile = write("by-file.conf", "include file(\"" + folder.resolve("base.conf") + "\")");
    assertEquals(7, SettingsLoader.load(List.of(byFile), Map.of()).training().epochs());
    for (String include :
        List.of("\"bsae.conf\"", "file(\"" + folder.resolve("bsae.conf") + "\")")) {
      Path bad = write("bad.conf", "include " + include);
      String said =
          assertThrows(SettingsException.class, () -> SettingsLoader.load(List.of(bad), Map.of()))
              .getMessage();
      assertTrue(said.contains("bsae.conf"), said);
      assertEquals(1, said.lines().count(), said);
    }
  }

  @Test
  void master_isOneThatSparkKnows() {
    for (String master :
        List.of("nonsense", "local[", "local[0]", "spark://host", "spark://a b:1", "http://h:1")) {
      assertTrue(refused("cluster.master", master).contains("cluster.master"));
    }
    for (String master :
        List.of(
            "local",
            "local[4]",
            "local[*]",
            "local[*, 2]",
            "local-cluster[2,1,1024]",
            "spark://h:7077,other:7077",
            "yarn",
            "k8s://https://h:6443")) {
      assertEquals(
          master,
          SettingsLoader.load(List.of(), Map.of("cluster.master", master)).cluster().master());
    }
  }

  @Test
  void logitRangeThatNoSoftmaxTakes_isRefused() {
    Map<String, String> all = Map.of("training.logit-range", "48");
    SettingsException e =
        assertThrows(SettingsException.class, () -> SettingsLoader.load(List.of(), all));
    assertTrue(
        e.getMessage()
            .contains("training.logit-range: expected one of [32, 64, 128, 256], actual 48"),
        e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/data/a,b | /data/a,b",
        "[/data/a, data/b] | /data/a;data/b",
        "[\"hdfs://host:1/a,b\", \"/c\"] | hdfs://host:1/a,b;/c",
        "[\"/data/a\"] | /data/a"
      })
  void datasets_areOnePathOrAListInBrackets(String text, String expected) {
    Settings.Paths paths = SettingsLoader.load(List.of(), Map.of("paths.dataset", text)).paths();
    assertEquals(List.of(expected.split(";")), paths.datasets());
  }

  @Test
  void severalDatasets_areRefusedWhereOneIsExpected() {
    Settings.Paths paths =
        SettingsLoader.load(List.of(), Map.of("paths.dataset", "[a, b]")).paths();
    String message = assertThrows(SettingsException.class, paths::dataset).getMessage();
    assertTrue(message.contains("expected one data set for this command, actual 2"), message);
    for (String wrong : List.of("[]", "[a, a]", "[a, \"\"]")) {
      assertThrows(
          SettingsException.class,
          () -> SettingsLoader.load(List.of(), Map.of("paths.dataset", wrong)),
          wrong);
    }
  }

  @Test
  void planIsBesideTheDataSetUnlessSet() {
    assertEquals(
        "/data/plan.json",
        SettingsLoader.load(List.of(), Map.of("paths.dataset", "/data/set/")).paths().plan());
    assertEquals(
        "plan.json", SettingsLoader.load(List.of(), Map.of("paths.dataset", "set")).paths().plan());
    assertEquals(
        "my.json", SettingsLoader.load(List.of(), Map.of("paths.plan", "my.json")).paths().plan());
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
  void changes_areTheSettingsThatDifferFromTheDefaults() throws Exception {
    assertEquals(List.of(), SettingsLoader.load(List.of(), Map.of()).changes());
    Path file = write("same.conf", "hetal { training { epochs = 10, patience = 5 } }");
    Settings settings =
        SettingsLoader.load(
            List.of(file),
            Map.of("threads", "0", "insecure-seed", "7", "parameters", "insecure_n10_l12"));
    assertEquals(
        List.of(
            "insecure-seed = (redacted)",
            "parameters = \"insecure_n10_l12\"",
            "training.patience = 5"),
        settings.changes());
  }

  @Test
  void durations_haveAUnit() {
    Settings settings = SettingsLoader.load(List.of(), Map.of("oracle.retry-timeout", "2m"));
    assertEquals(Duration.ofMinutes(2), settings.oracle().retryTimeout());
    for (String value : List.of("120", "500ms", "11d", "-3s", "soon", "")) {
      assertTrue(
          refused("oracle.retry-timeout", value).contains("a duration with its unit"), value);
    }
  }

  @Test
  void oldNames_areRefusedWithTheNewOnes() throws Exception {
    assertTrue(
        said("hetal.oracle.patience-seconds = 3")
            .contains("oracle.patience-seconds is now named oracle.retry-timeout"));
    assertTrue(
        said("hetal.training.groups-per-unit = 1")
            .contains("training.groups-per-unit is now named training.groups-per-microbatch:"));
    assertTrue(
        said("hetal.training.squarings = 4")
            .contains(
                "training.squarings is now named training.logit-range (2 * 2^squarings: 32, 64, 128,"
                    + " 256 for 4, 5, 6, 7)"));
  }

  private String said(String file) throws Exception {
    Path old = write("old.conf", file);
    String said =
        assertThrows(SettingsException.class, () -> SettingsLoader.load(List.of(old), Map.of()))
            .getMessage();
    assertEquals(1, said.lines().count(), said);
    assertTrue(said.contains("old.conf"), said);
    return said;
  }

  @Test
  void simulator_wantsItsOwnParameters() {
    assertTrue(SettingsLoader.load(List.of(), Map.of("backend", "simulator")).isInsecure());
    assertThrows(
        SettingsException.class,
        () ->
            SettingsLoader.load(
                List.of(), Map.of("backend", "simulator", "parameters", "n16_l12")));
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
  void automaticSet_isOneOfTheBackendAndNeverAnInsecureOneOfTheEngine() {
    Settings engine = SettingsLoader.load(List.of(), Map.of("parameters", "auto"));
    assertTrue(engine.isParameterSetAutomatic());
    assertFalse(engine.isInsecure());
    assertTrue(engine.allowsParameterSet("n16_l12") && engine.allowsParameterSet("n16_l14"));
    for (String other :
        List.of("insecure_n12_l12", "insecure_simulator_n16_l12", "openfhe_n16_l7", "auto")) {
      assertFalse(engine.allowsParameterSet(other), other);
    }
    Settings simulator =
        SettingsLoader.load(List.of(), Map.of("backend", "simulator", "parameters", "auto"));
    assertTrue(simulator.isInsecure());
    assertTrue(simulator.allowsParameterSet("insecure_simulator_n8_l12"));
    assertFalse(simulator.allowsParameterSet("n16_l12"));
    Settings chosen = engine.withParameterSet("n16_l14");
    assertFalse(chosen.isParameterSetAutomatic());
    assertTrue(chosen.allowsParameterSet("n16_l14"));
    assertFalse(chosen.allowsParameterSet("n16_l12"));
    assertEquals(engine, chosen.withParameterSet("auto"));
    assertRefused(
        "parameters: expected a set of OpenFHE",
        Map.of("backend", "openfhe", "parameters", "auto"));
    assertRefused("insecure-seed", Map.of("insecure-seed", "1", "parameters", "auto"));
  }

  @Test
  void device_isTheProcessorUnlessAskedFor() {
    Settings plain = SettingsLoader.load(List.of(), Map.of("threads", "3"));
    assertEquals(DeviceSpec.cpu(3), plain.deviceSpec());
    Settings gpu =
        SettingsLoader.load(
            List.of(), Map.of("threads", "3", "device", "cuda", "device-memory", "40g"));
    assertEquals(new DeviceSpec("cuda", 3, 0, 40L << 30), gpu.deviceSpec());
  }

  @Test
  void device_isRefusedWhereItIsUnknownOrNotTheEngines() {
    assertRefused("device: expected cpu or cuda, actual rocm", Map.of("device", "rocm"));
    assertRefused(
        "device-memory: expected a size", Map.of("device", "cuda", "device-memory", "much"));
    assertRefused("device-memory: expected a size", Map.of("device-memory", "-1"));
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
