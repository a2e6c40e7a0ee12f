package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Storage;
import org.hetal.format.Json;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.OwnerLibrary;
import org.hetal.owner.encryption.DecryptedModel;
import org.hetal.owner.keys.Clients;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HetalOwnerTest {
  private static final String SET = "insecure_simulator_n8_l12";
  private static final String RESULTS = "he-native/cpp/bench/results/";

  @TempDir Path folder;
  private Path conf;
  private String output;

  @BeforeEach
  void setUp() throws Exception {
    Files.writeString(folder.resolve("rows.csv"), rows(60));
    conf = folder.resolve("test.conf");
    Files.writeString(
        conf,
        String.format(
            Locale.ROOT,
            """
hetal {
  backend = simulator
  parameters = %s
  data { train.features = "%s/rows.csv", classes = 3 }
  training { batch-rows = 20, epochs = 2, logit-range = 32, learning-rate = 2 }
  paths {
    secret-key = "%s/owner/secret.key", private = "%s/owner", model = "%s/owner/model"
    key-bundle = "%s/cluster/keys", dataset = "%s/cluster/dataset", run = "%s/cluster/run"
  }
}
""",
            SET,
            folder,
            folder,
            folder,
            folder,
            folder,
            folder,
            folder));
  }

  private static String rows(int count) {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < count; i++) {
      int label = i % 3;
      rows.append(
          String.format(
              Locale.ROOT, "%d,%d,5,%d%n", label == 0 ? 9 + i % 2 : i % 4, 3 * label, label));
    }
    return rows.toString();
  }

  @Test
  void keygen_writesAPrivateKeyOnceAndRefusesToOverwrite() throws Exception {
    assertEquals(0, hetal("keygen"), output);
    Path key = folder.resolve("owner/secret.key");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    byte[] before = Files.readAllBytes(key);
    assertEquals(0, hetal("keygen"), output);
    assertTrue(output.contains("done already: the evaluation keys of secret key"), output);
    assertArrayEquals(before, Files.readAllBytes(key));
    Files.delete(key);
    assertEquals(73, hetal("keygen"), "the bundle of another key is kept, too");
    assertFalse(Files.exists(key));
  }

  @Test
  void everyCommand_warnsOfInsecureParametersAndPrintsTheSettings() {
    assertEquals(0, hetal("plan"));
    assertTrue(output.contains("WARNING: INSECURE parameter set " + SET), output);
    assertTrue(output.contains("settings: "), output);
    assertTrue(output.contains("training.epochs = 2"), output);
    assertFalse(output.contains("cluster.master"), "not the defaults");
    assertEquals(0, hetal("plan", "--verbose"));
    assertTrue(output.contains("setting  cluster.master = "), output);
    assertEquals(0, hetal("plan", "--quiet"));
    assertFalse(output.contains("training.epochs"), output);
    assertTrue(output.contains("bootstraps an iteration"), output);
    assertTrue(output.contains("dropped (the bias takes their place): column 2"), output);
  }

  @Test
  void planOfASlowerSet_namesTheFasterOne() {
    String range = "training.logit-range=64";
    String[] slower = {"--backend", "native", "-s", range, "-s", "parameters=n16_l12"};
    assertEquals(0, hetal("plan", slower), output);
    String expected =
        "a faster set +n16_l14 takes 2 bootstraps and [0-9]{2} % of the time of n16_l12 per iteration"
            + " .*n16_l14_2_threads.json and .*n16_l12_2_threads_epyc.json.*parameters=n16_l14";
    assertTrue(output.lines().anyMatch(line -> line.matches(".*" + expected)), output);
    // All of it, as executors hold it: the keys on disk are about a third of the keys in memory.
    String memory = ".*memory an executor +[7-9]\\.[0-9]+ GB \\(keys [7-9]\\.[0-9]+ GB, .*";
    assertTrue(output.lines().anyMatch(line -> line.matches(memory)), output);
    String[] faster = {"--backend", "native", "-s", range, "-s", "parameters=n16_l14"};
    assertEquals(0, hetal("plan", faster), output);
    assertFalse(output.contains("a faster set"), output);
  }

  @Test
  void planWithALossOnCiphertexts_tellsWhatAValidationCosts() {
    String[] logits = {"--backend", "native", "-s", "parameters=n16_l12"};
    assertEquals(0, hetal("plan", logits), output);
    double without = secondsOfAValidation();
    String[] loss = {
      "--backend",
      "native",
      "-s",
      "parameters=n16_l12",
      "-s",
      "early-stopping.metric=encrypted-loss"
    };
    assertEquals(0, hetal("plan", loss), output);
    double with = secondsOfAValidation();
    assertTrue(with > without + 1.5, "bootstraps take seconds: " + without + ", " + with);
    assertEquals(65, hetal("keygen", logits), output);
    assertTrue(
        output.contains("early-stopping.metric: planned with encrypted-loss, now logits"), output);
  }

  private double secondsOfAValidation() {
    Matcher found = Pattern.compile("a validation +([0-9.]+) s on one such worker").matcher(output);
    assertTrue(found.find(), output);
    return Double.parseDouble(found.group(1));
  }

  @Test
  void planForClusters_takesTheCostsOfTheSet() {
    String[] cores = {
      "--backend", "native", "-s", "parameters=n16_l14", "--executors", "1,2", "--cores", "1,2"
    };
    assertEquals(0, hetal("plan", cores), output);
    assertTrue(
        output.contains("costs for --cores 1: " + RESULTS + "n16_l14_1_thread.json"), output);
    assertTrue(
        output.contains("costs for --cores 2: " + RESULTS + "n16_l14_2_threads.json"), output);
    cores[cores.length - 1] = "32";
    assertEquals(78, hetal("plan", cores), output);
    assertTrue(
        output.contains(
            "--cores: n16_l14: costs with 32 threads: expected 1 to 16, which were measured; measure:"
                + " hetal bench engine --set n16_l14 --threads 32 --json FILE, then plan --costs"),
        output);
    cores[cores.length - 1] = "8";
    cores[3] = "parameters=n16_l12";
    assertEquals(0, hetal("plan", cores), output);
    assertTrue(
        output.contains(
            "costs for --cores 8: estimated, between "
                + RESULTS
                + "n16_l12_2_threads_epyc.json and "
                + RESULTS
                + "n16_l12_16_threads.json"),
        output);
  }

  /** Of the set that the planner takes two numbers of threads were measured. */
  @Test
  void planForClusters_withTheSetOfThePlanner_estimatesWhatWasNotMeasured() throws Exception {
    Path json = folder.resolve("clusters.json");
    String[] arguments = {
      "--backend",
      "native",
      "-s",
      "parameters=auto",
      "-s",
      "training.logit-range=64",
      "--executors",
      "1,2,4,8,16",
      "--cores",
      "2,8,16",
      "--json",
      json.toString()
    };
    assertEquals(0, hetal("plan", arguments), output);
    assertTrue(output.contains("parameter set           n16_l14, 128-bit"), output);
    assertCheckpointCost();
    JsonNode clusters = Json.parse(Files.readAllBytes(json)).path("clusters");
    assertEquals(15, clusters.size());
    for (JsonNode cluster : clusters) {
      boolean isMeasured = cluster.path("cores").asInt() == 2;
      assertEquals(!isMeasured, cluster.path("estimated").asBoolean(isMeasured), "" + cluster);
      String line =
          String.format(
              Locale.ROOT,
              "plan: +%d  %s +%d .*",
              cluster.path("cores").asInt(),
              isMeasured ? "measured" : "estimated",
              cluster.path("executors").asInt());
      assertEquals(1, output.lines().filter(each -> each.matches(line)).count(), line + output);
    }
    assertTrue(
        output.contains(
            "costs for --cores 16: estimated, "
                + RESULTS
                + "n16_l14_2_threads.json, with more threads faster as "
                + RESULTS
                + "n16_l12_2_threads_epyc.json to "
                + RESULTS
                + "n16_l12_16_threads.json"),
        output);
  }

  /** Bytes at 100 MB per second, and their share of ten iterations. */
  private void assertCheckpointCost() {
    Matcher iteration = Pattern.compile("an iteration +([0-9.]+) s on one worker").matcher(output);
    Matcher checkpoint =
        Pattern.compile(
                "a checkpoint +([0-9.]+) MB every 10 iterations: ([0-9.]+) s at 100\\.0 MB per second,"
                    + " ([0-9.]+) % of the time of those iterations on one such worker; below 3 %")
            .matcher(output);
    assertTrue(iteration.find() && checkpoint.find(), output);
    double seconds = Double.parseDouble(checkpoint.group(1)) / 100;
    assertEquals(seconds, Double.parseDouble(checkpoint.group(2)), 0.006, output);
    double share = 100 * seconds / (10 * Double.parseDouble(iteration.group(1)));
    assertEquals(share, Double.parseDouble(checkpoint.group(3)), 0.02, output);
  }

  /** BatchTableTest has the numbers. Larger numbers of groups than all rows have one row. */
  private void assertTableOfBatches(String costs) throws Exception {
    Path many = Files.writeString(folder.resolve("many.csv"), rows(600));
    String[] arguments = {
      "--costs",
      costs,
      "--executors",
      "1,2",
      "--batches",
      "1,2,4,8,1000,2000",
      "-s",
      "data.train.features=" + many
    };
    assertEquals(0, hetal("plan", arguments), output);
    List<String> table =
        output
            .lines()
            .dropWhile(line -> !line.contains("groups  batch-rows"))
            .takeWhile(line -> line.matches("plan: +[0-9g].*"))
            .toList();
    String head =
        "plan: +groups +batch-rows +learning-rate +loss +accuracy +iterations +on 1 +on 2";
    assertTrue(table.get(0).matches(head), output);
    String cells =
        " +(1|2|4|8|16)\\.0 +0\\.[0-9]{4} +[0-9.]+ % +[1-9][0-9]*( +[0-9]+ (min [0-9]{2} s|h [0-9]{2} min)){2}";
    List<String> sizes = List.of("1 +32", "2 +64", "4 +128", "8 +256", "1000 +402");
    assertEquals(1 + sizes.size(), table.size(), output);
    for (int i = 0; i < sizes.size(); i++) {
      assertTrue(table.get(1 + i).matches("plan: +" + sizes.get(i) + cells), output);
    }
  }

  @Test
  void planForClusters_tellsSecondsAndEfficiencyFromMeasuredCosts() throws Exception {
    assertEquals(78, hetal("plan", "--executors", "1,2"), output);
    assertTrue(
        output.contains("--executors, --batches, --search: expected measured costs of " + SET),
        output);
    String entry =
        "{\"name\": \"%s\", \"parameter_set\": \"%s\", \"threads\": %d, \"median_s\": %s}";
    List<String> files = new ArrayList<>();
    for (int threads : new int[] {1, 4}) {
      List<String> entries = new ArrayList<>();
      Map<String, Double> seconds =
          Map.of("rotate", 0.03, "multiply", 0.033, "bootstrap", 4.2, "bootstrap_pair", 5.9);
      seconds.forEach(
          (name, time) ->
              entries.add(String.format(Locale.ROOT, entry, name, SET, threads, time / threads)));
      Path file = folder.resolve("costs-" + threads + ".json");
      Files.writeString(file, entries.toString());
      files.add(file.toString());
    }
    Path json = folder.resolve("clusters.json");
    String costs = String.join(",", files);
    String[] arguments = {
      "--costs", costs, "--executors", "1,2", "--cores", "1,2", "--json", json.toString()
    };
    assertEquals(0, hetal("plan", arguments), output);
    String[] atTheEnd = {"--costs", costs, "--set", "training.checkpoint-every=0"};
    assertEquals(0, hetal("plan", atTheEnd), output);
    assertTrue(output.contains(" twice at the end of each epoch: 0.0"), output);
    assertEquals(0, hetal("plan", arguments), output);
    assertTrue(output.contains("cores  costs      executors  split  s/iteration"), output);
    JsonNode figures = Json.parse(Files.readAllBytes(json));
    assertEquals(OwnerLibrary.commit(), figures.path("commit").asText());
    assertTrue(figures.path("command").asText().startsWith("./hetal plan "), "" + figures);
    JsonNode clusters = figures.path("clusters");
    assertEquals(4, clusters.size());
    assertEquals(1, clusters.get(0).path("efficiency").asDouble(), 1e-12);
    double ratio =
        clusters.get(0).path("softmax_bootstrap_seconds").asDouble()
            / clusters.get(2).path("softmax_bootstrap_seconds").asDouble();
    assertEquals(2, ratio, 1e-9, "two cores between one and four");
    assertTableOfBatches(files.get(0));
    assertEquals(78, hetal("plan", "--costs", files.get(0), "--batches", "0"), output);
    assertEquals(0, hetal("plan", "--costs", files.get(0), "--search"), output);
    assertTrue(
        output
            .lines()
            .anyMatch(
                line ->
                    line.matches(
                        "plan: cheapest schedule +[0-9]+ min [0-9]+ s on one worker like that of .*costs-1.json:"
                            + " --set training.batch-rows=[0-9]+ --set training.learning-rate=[0-9.]+"
                            + " --set training.logit-range=[0-9]+ --set training.epochs=[0-9]+")),
        output);
    assertEquals(78, hetal("plan", "--costs", costs, "--executors", "2", "--cores", "8"), output);
    assertTrue(output.contains("expected 1 to 4, which were measured"), output);
    assertEquals(78, hetal("plan", "--costs", costs, "--executors", "0"), output);
  }

  @Test
  void plan_warnsOfDataAndOfAScheduleThatDiverges() {
    assertEquals(0, hetal("plan", "--set", "data.classes=4"), output);
    assertTrue(output.contains("WARNING: " + folder + "/rows.csv: class 3 has no rows"), output);
    assertEquals(0, hetal("plan", "--plaintext"), output);
    assertFalse(output.contains("WARNING: in the clear"), output);
    assertEquals(0, hetal("plan", "--plaintext", "--set", "training.learning-rate=20000"), output);
    assertTrue(output.contains("WARNING: in the clear the logits in training reach"), output);
  }

  @Test
  void encryptedDataset_holdsWhatWasPacked() {
    assertEquals(0, hetal("keygen"), output);
    assertEquals(0, hetal("encrypt"), output);
    Storage storage = new LocalStorage(folder.resolve("cluster/dataset"));
    EncryptedDataset dataset = EncryptedDataset.open(storage);
    assertEquals(42, dataset.trainingRows());
    assertEquals(List.of(20, 20, 2), dataset.batches().stream().map(b -> b.rows()).toList());
    Layout layout = dataset.plan().layout();
    assertEquals(3, layout.features(), "two columns and the bias");
    EncryptedDataset.Group group = dataset.batches().get(0).microbatches().get(0).groups().get(0);
    try (Client client = client()) {
      double[] labels = client.decrypt(group.labels().read(storage));
      double ones = java.util.Arrays.stream(labels).sum();
      assertEquals(group.rows(), ones, 1e-9, "one label a row");
    }
    assertEquals(0, hetal("encrypt"), output);
    assertTrue(output.contains("done already: data set " + dataset.id()), output);
    assertEquals(73, hetal("encrypt", "--set", "training.epochs=4"), output);
    assertTrue(output.contains("training.epochs: encrypted with 2, now 4"), output);
    assertEquals(dataset, EncryptedDataset.open(storage), "kept");
  }

  @Test
  void trainedModel_isDecryptedAndEvaluated() throws Exception {
    assertEquals(0, hetal("keygen"), output);
    assertEquals(0, hetal("encrypt"), output);
    assertEquals(65, hetal("decrypt-model"), output);
    double[][] weights = {{10, 0, -4.5}, {0, 0, 0}, {0, 10, -4}};
    EncryptedDataset dataset =
        EncryptedDataset.open(new LocalStorage(folder.resolve("cluster/dataset")));
    Layout layout = dataset.plan().layout();
    List<byte[]> encrypted = new ArrayList<>();
    try (Client client = client()) {
      for (double[] slots : Packing.packWeights(layout, weights)) {
        double[] scaled = java.util.Arrays.stream(slots).map(x -> x / 16).toArray();
        encrypted.add(client.encrypt(scaled, 4));
      }
    }
    EncryptedModel.write(
        new LocalStorage(folder.resolve("cluster/run/model")),
        dataset.origin(),
        "default",
        2,
        2,
        3,
        encrypted,
        4);
    assertEquals(0, hetal("decrypt-model"), output);
    DecryptedModel model = DecryptedModel.read(new LocalStorage(folder.resolve("owner/model")));
    for (int label = 0; label < 3; label++) {
      assertArrayEquals(weights[label], model.weights()[label], 1e-9);
      assertEquals(0, model.coefficients()[label][2], "the dropped column");
      double factor = model.preparation().factor();
      assertEquals(weights[label][1] * factor, model.coefficients()[label][1], 1e-9);
    }
    Path json = folder.resolve("figures.json");
    assertEquals(0, hetal("evaluate", "--softmax", "--json", json.toString()), output);
    String figures = Files.readString(json);
    assertTrue(figures.contains("\"accuracy_encrypted\" : 1.0"), figures);
    assertTrue(figures.contains("softmax_max_error"), figures);
  }

  @Test
  void predictions_areDecryptedInTheOrderOfTheRows() throws Exception {
    assertEquals(0, hetal("keygen"), output);
    assertEquals(0, hetal("encrypt"), output);
    Path rows = Files.writeString(folder.resolve("new.csv"), "9,0,5\n1,3,5\n1,6,5\n");
    Path to = folder.resolve("new");
    assertEquals(0, hetal("encrypt", "--rows", rows.toString(), "--output", to.toString()), output);
    EncryptedDataset dataset = EncryptedDataset.open(new LocalStorage(to));
    Layout layout = dataset.plan().layout();
    int stored = dataset.unlabelledGroups().get(0).rows();
    int blocks = stored / layout.rowsPerBlock();
    assertEquals(blocks * layout.rowsPerBlock(), stored, "whole row blocks");
    assertEquals(1, Integer.bitCount(blocks), "for which there are keys");
    double[][] logits = new double[stored][3];
    logits[0][2] = 0.5;
    logits[1][0] = 0.5;
    logits[2][1] = 0.5;
    Path predicted = folder.resolve("predicted");
    try (Client client = client()) {
      EncryptedLogits.write(
          new LocalStorage(predicted),
          dataset.origin(),
          dataset.id(),
          List.of(stored),
          List.of(client.encrypt(Packing.packLogits(layout, logits), 0)),
          0);
    }
    Path csv = folder.resolve("classes.csv");
    assertEquals(
        0,
        hetal(
            "decrypt-predictions",
            "--logits",
            predicted.toString(),
            "--rows",
            rows.toString(),
            "--output",
            csv.toString()),
        output);
    List<String> lines = Files.readAllLines(csv);
    assertEquals(4, lines.size());
    assertEquals("row,class,probability_0,probability_1,probability_2", lines.get(0));
    assertTrue(lines.get(1).startsWith("1,2,"), lines.toString());
    assertTrue(lines.get(2).startsWith("2,0,"), lines.toString());
    assertTrue(lines.get(3).startsWith("3,1,"), lines.toString());
  }

  @Test
  void badData_endsWith65BeforeAnythingIsWritten() throws Exception {
    assertEquals(0, hetal("keygen"), output);
    Files.writeString(folder.resolve("rows.csv"), "1,2,3,0\n4,NaN,6,1\n");
    assertEquals(65, hetal("encrypt"), output);
    assertTrue(output.contains("rows.csv line 2 column 1: expected a finite number"), output);
    assertFalse(Files.exists(folder.resolve("cluster/dataset")));
  }

  @Test
  void badSettingsAndUsage_endWith78And64() {
    assertEquals(78, hetal("plan", "--set", "training.epochs=0"), output);
    assertTrue(output.contains("training.epochs: expected a whole number"), output);
    assertEquals(78, hetal("plan", "--set", "parameters=insecure_simulator_n99_l12"), output);
    assertEquals(78, hetal("encrypt", "--output", "x"), output);
    assertEquals(64, hetal("plan", "--bogus"), output);
    assertEquals(64, run("no-such-command"), output);
    assertEquals(64, run(), output);
    assertEquals(65, hetal("encrypt"), "no secret key");
  }

  @Test
  void planOnCuda_tellsTheDeviceMemoryAndRefusesTooLittle() throws Exception {
    String[] engine = {
      "--set", "backend=native", "--set", "parameters=insecure_n12_l12", "--device", "cuda"
    };
    List<String> more = new ArrayList<>(List.of(engine));
    assertEquals(0, hetal("plan", more.toArray(String[]::new)), output);
    assertTrue(output.contains("device memory"), output);
    more.addAll(List.of("--set", "device-memory=100m"));
    assertEquals(78, hetal("plan", more.toArray(String[]::new)), output);
    assertTrue(output.contains("device-memory: expected at least"), output);
    more.addAll(List.of("--set", "device-memory=1g"));
    assertEquals(0, hetal("plan", more.toArray(String[]::new)), output);
    assertEquals(0, hetal("plan"), output);
    assertFalse(output.contains("device memory"), "of the processor there is none");
    assertEquals(78, hetal("plan", "--device", "cuda"), "the simulator has no device");
    assertEquals(64, hetal("plan", "--device"), output);
  }

  private Client client() {
    return Clients.of(
            SettingsLoader.load(List.of(), Map.of("backend", "simulator", "parameters", SET)))
        .load(folder.resolve("owner/secret.key"), SET, null);
  }

  private int hetal(String command, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command));
    if (!command.equals("demo")) {
      arguments.addAll(List.of("-c", conf.toString()));
    }
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private int run(String... arguments) {
    CommandRun run = CommandRun.of(arguments);
    output = run.output();
    return run.status();
  }
}
