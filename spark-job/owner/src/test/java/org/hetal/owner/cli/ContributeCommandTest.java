package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.PlanFile;
import org.hetal.owner.contribution.CommonPreparation;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.Splits;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.RecordStore;
import org.hetal.owner.table.Table;
import org.hetal.plan.TrainingPlan;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Three owners contribute and the key holder plans, each with settings of its own. */
class ContributeCommandTest {
  private static final String SIMULATED = "insecure_simulator_n9_l12";
  private static final String HEADER = "width,height,depth,weight,class\n";

  @TempDir Path root;
  private String output;

  @BeforeEach
  void parties() throws Exception {
    parties("simulator", SIMULATED);
  }

  private void parties(String backend, String set) throws Exception {
    for (String party : List.of("holder", "a", "b", "c")) {
      Files.createDirectories(root.resolve(party));
      Files.writeString(
          root.resolve(party + ".conf"),
          """
hetal {
  backend = BACKEND, parameters = SET, threads = 1
  data { DATA classes = 3, standardize = true, validation-fraction = 0.2, test-fraction = 0 }
  early-stopping.metric = encrypted-loss
  training { batch-rows = 60, epochs = 2, logit-range = 32, learning-rate = 4 }
  paths {
    plan = "ROOT/published/plan.json"
    secret-key = "ROOT/PARTY/secret.key", private = "ROOT/PARTY", model = "ROOT/PARTY/model"
    key-bundle = "ROOT/cluster/keys", dataset = "ROOT/cluster/PARTY", run = "ROOT/cluster/run"
  }
}
"""
              .replace("BACKEND", backend)
              .replace("SET", set)
              .replace("DATA", party.equals("holder") ? "" : "train.features = \"ROOT/PARTY.csv\",")
              .replace("PARTY", party)
              .replace("ROOT", root.toString()));
    }
    rows("a.csv", HEADER + OwnerFolder.rows(3, 150));
    rows("b.csv", HEADER + OwnerFolder.rows(4, 90));
    rows("c.csv", HEADER + OwnerFolder.rows(5, 30));
  }

  private void rows(String file, String text) throws Exception {
    Files.writeString(root.resolve(file), text);
  }

  private void run(int status, String party, String command, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of(command, "-c", root.resolve(party + ".conf").toString()));
    for (String each : more) {
      arguments.add(each.replace("ROOT", root.toString()));
    }
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    output = run.output();
    assertEquals(status, run.status(), output);
  }

  private void refused(int status, String message, String party, String command, String... more) {
    run(status, party, command, more);
    String expected = message.replace("ROOT", root.toString());
    assertTrue(output.contains(expected), output);
    long errors = output.lines().filter(line -> line.startsWith("ERROR")).count();
    assertTrue(errors <= 1, output);
  }

  private void contributeAll() {
    run(0, "holder", "keygen", "--public-key");
    run(0, "a", "plan", "--contribute", "ROOT/1.json");
    run(0, "b", "plan", "--contribute", "ROOT/2.json", "--add-to", "ROOT/1.json");
    run(0, "c", "plan", "--contribute", "ROOT/3.json", "--add-to", "ROOT/2.json");
  }

  private Settings.Data data(String party) {
    return SettingsLoader.load(List.of(root.resolve(party + ".conf")), Map.of()).data();
  }

  private CommonPreparation common() {
    return CommonPreparation.read(root.resolve("published/preparation.json"));
  }

  @ParameterizedTest
  @CsvSource({"simulator, " + SIMULATED, "native, insecure_n10_l12"})
  void threeOwners_agreeOnAPreparation(String backend, String set) throws Exception {
    parties(backend, set);
    contributeAll();
    assertTrue(output.contains("plan: sums of 4 columns added to those of "), output);
    assertTrue(output.contains("plan: 24 rows to train on, 6 to validate with"), output);
    run(0, "holder", "plan", "--contributions", "ROOT/3.json");
    assertTrue(
        output.contains("contributions           3: 216 rows to train on, 54 to validate with;"),
        output);
    // 216 rows in minibatches of 60: 4 of one owner, 6 of three owners with 1, 1 and 214.
    assertTrue(output.contains("minibatches an epoch    at most 6"), output);
    TrainingPlan plan = PlanFile.read(root.resolve("published/plan.json"));
    assertTrue(output.contains(plan.digest()), output);
    assertTrue(plan.isJoint());
    assertEquals(common().digest(), plan.commonPreparation());
    assertEquals(5, plan.layout().features());
    // The same preparation as of one owner with the training rows of all.
    List<double[]> rows = new ArrayList<>();
    for (String owner : List.of("a", "b", "c")) {
      rows.addAll(List.of(Splits.read(data(owner)).train().features()));
    }
    Table all =
        Table.ofArrays("all", List.of(), rows.toArray(double[][]::new), new int[rows.size()]);
    Preparation alone = Preparation.fit(new Splits(all, all, null), data("a"));
    assertArrayEquals(alone.means(), common().preparation().means(), 1e-12);
    assertArrayEquals(alone.deviations(), common().preparation().deviations(), 1e-12);
    assertEquals(List.of("width", "height", "depth", "weight"), common().preparation().names());
    byte[] before = Files.readAllBytes(root.resolve("published/preparation.json"));
    run(0, "holder", "plan", "--contributions", "ROOT/3.json");
    assertArrayEquals(before, Files.readAllBytes(root.resolve("published/preparation.json")));
    assertFalse(output.contains("replaces"), output);
    for (String file : List.of("1.json", "2.json", "3.json", "published/preparation.json")) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(file))),
          file);
    }
    for (String owner : List.of("a", "b", "c")) {
      run(0, owner, "encrypt");
      assertFalse(Files.exists(root.resolve(owner + "/secret.key")));
    }
    run(0, "holder", "keygen");
  }

  /** The words of all owners are the classes of each. */
  @Test
  void anOwnerThatLacksAClass_numbersLabelsAsTheOthers() throws Exception {
    rows("a.csv", HEADER + words(OwnerFolder.rows(3, 150)));
    rows("b.csv", HEADER + words(OwnerFolder.rows(4, 90).replaceAll("(?m)^.*,0$\n", "")));
    rows("c.csv", HEADER + words(OwnerFolder.rows(5, 30).replaceAll("(?m)^.*,1$\n", "")));
    contributeAll();
    run(0, "holder", "plan", "--contributions", "ROOT/3.json");
    assertEquals(List.of("alpha", "one", "two"), common().classNames());
    for (String owner : List.of("b", "c")) {
      run(0, owner, "encrypt");
      run(0, owner, "encrypt");
      assertTrue(output.contains("done already"), output);
      DatasetRecord record = new RecordStore(root.resolve(owner)).newest();
      assertEquals(List.of("alpha", "one", "two"), record.classNames());
    }
    rows("a.csv", HEADER + words(OwnerFolder.rows(3, 150)).replace("two", "too"));
    refused(65, "expected the classes [alpha, one, two] of ROOT/published/", "a", "encrypt");
  }

  private static String words(String rows) {
    return rows.replaceAll("(?m)2$", "two")
        .replaceAll("(?m)1$", "one")
        .replaceAll("(?m)0$", "alpha");
  }

  @Test
  void missingAndSuperfluousFiles_areNamed() throws Exception {
    refused(
        65,
        "ROOT/published/public.key: expected the public key of the key holder, actual none",
        "a",
        "plan",
        "--contribute",
        "ROOT/1.json");
    run(0, "holder", "keygen", "--public-key");
    run(0, "a", "plan", "--contribute", "ROOT/1.json");
    refused(73, "ROOT/1.json: expected no file yet", "a", "plan", "--contribute", "ROOT/1.json");
    refused(
        65,
        "ROOT/none.json: expected a file, actual none",
        "b",
        "plan",
        "--contribute",
        "ROOT/2.json",
        "--add-to",
        "ROOT/none.json");
    refused(78, "expected --add-to PREVIOUS with --contribute", "a", "plan", "--add-to", "x");
    refused(
        78,
        "expected one of --contribute and --contributions",
        "a",
        "plan",
        "--contribute",
        "x",
        "--contributions",
        "y");
    refused(
        78,
        "parameters: expected the name of a parameter set",
        "a",
        "plan",
        "--contribute",
        "ROOT/2.json",
        "--set",
        "parameters=auto",
        "--set",
        "backend=native");
    refused(
        65,
        "ROOT/a/secret.key: expected a secret key, actual none",
        "a",
        "plan",
        "--contributions",
        "ROOT/1.json");
    refused(
        78, "which need rows", "holder", "plan", "--contributions", "ROOT/1.json", "--plaintext");
    run(0, "holder", "plan", "--contributions", "ROOT/1.json");
    assertTrue(output.contains("WARNING: one contribution: you see the statistics"), output);
  }

  /** Whoever has several totals opened can put encrypted rows into them. */
  @Test
  void aSecondTotal_isNotOpenedUnderTheSameKey() throws Exception {
    contributeAll();
    // What does not fit the settings is not opened, and does not count.
    refused(
        65, "data", "holder", "plan", "--contributions", "ROOT/2.json", "--set", "data.bias=0.5");
    run(0, "holder", "plan", "--contributions", "ROOT/1.json");
    refused(
        78,
        "expected the sums that were opened under this secret key before",
        "holder",
        "plan",
        "--contributions",
        "ROOT/2.json");
    run(0, "holder", "plan", "--contributions", "ROOT/1.json");
    Path opened = root.resolve("holder/secret.key.sums");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(opened)));
    Files.delete(opened);
    run(0, "holder", "plan", "--contributions", "ROOT/2.json");
  }

  @Test
  void farValue_isWarnedOf() throws Exception {
    run(0, "holder", "keygen", "--public-key");
    run(0, "b", "plan", "--contribute", "ROOT/1.json");
    assertFalse(output.contains("WARNING: " + root), output);
    rows("a.csv", HEADER + OwnerFolder.rows(3, 150).replaceFirst("^[^,]*,", "1e9,"));
    run(0, "a", "plan", "--contribute", "ROOT/2.json", "--add-to", "ROOT/1.json");
    String warning = "WARNING: " + root.resolve("a.csv") + " line 2 column 0 (width): 1.0E9 is ";
    assertTrue(output.contains(warning), output);
  }

  /** Where the training rows have no names, those of the validation rows are compared. */
  @Test
  void otherColumnsOfTheValidationRows_areNamed() throws Exception {
    run(0, "holder", "keygen", "--public-key");
    run(0, "a", "plan", "--contribute", "ROOT/1.json");
    rows("b.csv", OwnerFolder.rows(4, 90));
    rows("other.csv", "width,depth,height,weight,class\n" + OwnerFolder.rows(6, 20));
    refused(
        65,
        "ROOT/other.csv column 1 (depth): expected the column \"height\" as in ROOT/1.json",
        "b",
        "plan",
        "--contribute",
        "ROOT/2.json",
        "--add-to",
        "ROOT/1.json",
        "--set",
        "data.validation.features=ROOT/other.csv");
  }

  @Test
  void truncatedFile_saysWhatToDo() throws Exception {
    run(0, "holder", "keygen", "--public-key");
    run(0, "a", "plan", "--contribute", "ROOT/1.json");
    String text = Files.readString(root.resolve("1.json"));
    rows("1.json", text.substring(0, text.length() / 2));
    String[] next = {"--contribute", "ROOT/2.json", "--add-to", "ROOT/1.json"};
    refused(65, "copy it again", "b", "plan", next);
    assertTrue(output.contains("ROOT/1.json: ".replace("ROOT", root.toString())), output);
  }

  @Test
  void whatOwnersDoNotShare_isNamed() throws Exception {
    run(0, "holder", "keygen", "--public-key");
    run(0, "a", "plan", "--contribute", "ROOT/1.json");
    String[] next = {"--contribute", "ROOT/2.json", "--add-to", "ROOT/1.json"};
    rows("b.csv", "width,depth,height,weight,class\n" + OwnerFolder.rows(4, 90));
    refused(
        65,
        "ROOT/b.csv column 1 (depth): expected the column \"height\" as in ROOT/1.json",
        "b",
        "plan",
        next);
    rows("b.csv", HEADER + OwnerFolder.rows(4, 90).replaceAll("(?m)^[^,]*,", "1e46,"));
    refused(65, "ROOT/b.csv line 2 column 0 (width): expected a number below", "b", "plan", next);
    rows("b.csv", HEADER + words(OwnerFolder.rows(4, 90)));
    refused(
        65,
        "ROOT/b.csv: labels: expected numbers, as in ROOT/1.json, actual words",
        "b",
        "plan",
        next);
    rows("b.csv", HEADER + OwnerFolder.rows(4, 90));
    refused(
        65,
        "ROOT/1.json: data.standardize: contributed with true, now false; all owners",
        "b",
        "plan",
        "--contribute",
        "ROOT/2.json",
        "--add-to",
        "ROOT/1.json",
        "--set",
        "data.standardize=false");
    refused(
        65,
        "ROOT/1.json: data.bias: contributed with 1.0, now 0.5",
        "holder",
        "plan",
        "--contributions",
        "ROOT/1.json",
        "--set",
        "data.bias=0.5");
    refused(
        65,
        "expected a key of insecure_simulator_n8_l12, actual " + SIMULATED,
        "b",
        "plan",
        "--contribute",
        "ROOT/2.json",
        "--set",
        "parameters=insecure_simulator_n8_l12");
    Path elsewhere = root.resolve("elsewhere/plan.json");
    run(
        0,
        "holder",
        "keygen",
        "--public-key",
        "--set",
        "paths.plan=" + elsewhere,
        "--set",
        "paths.secret-key=ROOT/holder/other.key");
    refused(
        65,
        "ROOT/1.json: key: expected ",
        "b",
        "plan",
        "--contribute",
        "ROOT/2.json",
        "--add-to",
        "ROOT/1.json",
        "--set",
        "paths.plan=" + elsewhere);
    String text = Files.readString(root.resolve("1.json"));
    rows("1.json", text.replace("\"columns\" : 4", "\"columns\" : 5"));
    refused(65, "ROOT/1.json: sha256: expected ", "b", "plan", next);
    assertFalse(Files.exists(root.resolve("2.json")), "nothing is left of what was refused");
  }
}
