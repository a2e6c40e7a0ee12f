package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.PlanSettings;
import org.hetal.dataset.Storage;
import org.hetal.dataset.StoredFile;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.owner.Client;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.keys.Clients;
import org.hetal.packing.Packing;
import org.hetal.plan.Partition;
import org.hetal.plan.RowRange;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.CheckpointStore;
import org.hetal.training.EarlyStopping;
import org.hetal.training.EncryptedMicrobatch;
import org.hetal.training.LocalGradientService;
import org.hetal.training.Trainer;
import org.hetal.training.TrainingListener;
import org.hetal.training.TrainingResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * An owner whose secret key is OpenFHE's alone, by its commands; the native engine trains on what
 * they leave for the cluster.
 */
@Tag("slow")
@EnabledIf("org.hetal.he.openfhe.OpenFhe#isAvailable")
class OpenFheClientTest {
  private static final String SET = "insecure_n10_l12";

  @TempDir Path folder;
  private Path conf;
  private String output;

  @BeforeEach
  void writeRowsAndSettings() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 150; i++) {
      int label = i % 3;
      for (int column = 0; column < 4; column++) {
        double x = (column == label ? 1 : 0) + 0.2 * random.nextGaussian();
        rows.append(String.format(Locale.ROOT, "%.4f,", x));
      }
      rows.append(label).append('\n');
    }
    Files.writeString(folder.resolve("rows.csv"), rows);
    conf = folder.resolve("test.conf");
    Files.writeString(
        conf,
        String.format(
                Locale.ROOT,
                """
hetal {
  parameters = %s
  threads = 2
  data { train.features = "FOLDER/rows.csv", classes = 3 }
  training { batch-rows = 60, epochs = 2, logit-range = 32, learning-rate = 4 }
  paths {
    secret-key = "FOLDER/owner/secret.key", private = "FOLDER/owner", model = "FOLDER/owner/model"
    key-bundle = "FOLDER/cluster/keys", dataset = "FOLDER/cluster/dataset"
    run = "FOLDER/cluster/run"
  }
}
""",
                SET)
            .replace("FOLDER", folder.toString()));
  }

  @Test
  void keysEncryptionAndDecryptionByOpenFhe_trainingByTheEngine_givesThePlainWeights()
      throws Exception {
    assertEquals(0, hetal("keygen", "--client", "openfhe"), output);
    assertEquals(0, hetal("encrypt", "--client", "openfhe"), output);
    train();
    assertEquals(0, hetal("decrypt-model", "--client", "openfhe"), output);
    Path json = folder.resolve("figures.json");
    assertEquals(
        0,
        hetal("evaluate", "--client", "openfhe", "--softmax", "--json", json.toString()),
        output);
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    double difference = figures.path("largest_weight_difference").asDouble(1);
    assertTrue(difference < 2e-2 && difference > 1e-9, figures.toString());
    double softmax = figures.path("softmax_max_error").asDouble(1);
    assertTrue(softmax < 1e-3 && softmax > 1e-9, figures.toString());
    assertTrue(figures.path("accuracy_encrypted").asDouble() > 0.9, figures.toString());
    assertEquals(0, OpenFhe.staticEntries());
    assertEquals(65, hetal("decrypt-model"), "the engine's client has no use for OpenFHE's file");
    assertTrue(output.contains("secret.key"), output);
  }

  @Test
  void keysOfTheEngine_areRefusedByOpenFhe() {
    assertEquals(0, hetal("keygen"), output);
    assertEquals(65, hetal("encrypt", "--client", "openfhe"), output);
    assertTrue(output.contains("secret.key"), output);
  }

  @Test
  void whatDoesNotGoTogether_endsWith78() {
    assertEquals(78, hetal("plan", "--client", "gpu"), output);
    assertEquals(78, hetal("plan", "--client", "openfhe", "--set", "insecure-seed=4"), output);
    assertEquals(78, hetal("plan", "--backend", "openfhe"), "a set of the engine");
    assertTrue(output.contains("expected a set of OpenFHE"), output);
    String[] native1 = {"--client", "native", "--backend", "openfhe", "--set", "parameters=x"};
    assertEquals(78, hetal("plan", native1), output);
    assertTrue(output.contains("client: expected backend with the backend openfhe"), output);
  }

  @Test
  void plan_onOpenFheAlone_knowsItsParameters() {
    String set = "parameters=insecure_openfhe_n10_l13";
    assertEquals(0, hetal("plan", "--backend", "openfhe", "--set", set), output);
    assertTrue(output.contains("bootstraps an iteration"), output);
    assertEquals(78, hetal("plan", "--backend", "openfhe", "--set", "parameters=openfhe_n99"));
    assertTrue(output.contains("expected one of [openfhe_n17_l13"), output);
  }

  /** The cluster's part, with the evaluation keys and the data set that the commands left. */
  private void train() {
    Settings settings = SettingsLoader.load(List.of(conf), Map.of("client", "openfhe"));
    PreparedData data = PreparedData.read(settings.data());
    Clients backend = Clients.of(settings);
    TrainingPlan plan = PlanSettings.plan(settings, backend.parameters(SET), data.shape());
    Storage storage = new LocalStorage(folder.resolve("cluster/dataset"));
    EncryptedDataset dataset = EncryptedDataset.open(storage);
    try (Client validationOracle = backend.load(folder.resolve("owner/secret.key"), SET, null);
        Evaluator engine = NativeEngine.open(folder.resolve("cluster/keys"), 2);
        Scope scope = new Scope()) {
      List<List<EncryptedMicrobatch>> microbatches = new ArrayList<>();
      for (EncryptedDataset.Batch batch : dataset.batches()) {
        microbatches.add(
            scope.ownAll(
                batch.microbatches().stream()
                    .map(u -> microbatch(engine, storage, plan, u))
                    .toList()));
      }
      List<FeatureBlocks> validation =
          scope.ownAll(
              dataset.unlabelledGroups().stream()
                  .map(g -> blocks(engine, storage, plan, g))
                  .toList());
      EarlyStopping stopping =
          new EarlyStopping(data.validationLabels(), 3, 3, settings.training().logitRange());
      TrainingResult result =
          new Trainer(
                  engine,
                  plan,
                  scope.own(new LocalGradientService(engine, plan, microbatches, validation)),
                  (epoch, bytes) ->
                      stopping.decide(epoch, logits(validationOracle, plan, bytes)).decision(),
                  CheckpointStore.inMemory(),
                  TrainingListener.NONE,
                  "test")
              .run();
      EncryptedModel.write(
          new LocalStorage(folder.resolve("cluster/run/model")),
          dataset.origin(),
          "default",
          result.epochs(),
          result.bestEpoch(),
          plan.bootstrapsPerIteration(),
          result.best(),
          plan.levels().validationWeights());
    }
  }

  private static EncryptedMicrobatch microbatch(
      Evaluator engine,
      Storage storage,
      TrainingPlan plan,
      EncryptedDataset.Microbatch microbatch) {
    List<EncryptedMicrobatch.Group> groups = new ArrayList<>();
    for (EncryptedDataset.Group group : microbatch.groups()) {
      Ciphertext labels = engine.deserialize(group.labels().read(storage));
      groups.add(new EncryptedMicrobatch.Group(blocks(engine, storage, plan, group), labels));
    }
    return new EncryptedMicrobatch(groups);
  }

  private static FeatureBlocks blocks(
      Evaluator engine, Storage storage, TrainingPlan plan, EncryptedDataset.Group group) {
    List<Ciphertext> blocks = new ArrayList<>();
    for (StoredFile file : group.features()) {
      blocks.add(engine.deserialize(file.read(storage)));
    }
    return new FeatureBlocks(blocks, plan.layout().rowBlocks(group.rows()));
  }

  private static double[][] logits(Client client, TrainingPlan plan, List<byte[]> serialized) {
    List<double[]> out = new ArrayList<>();
    List<RowRange> groups = Partition.groups(plan.validationRows(), plan.layout());
    for (int g = 0; g < groups.size(); g++) {
      double[] slots = client.decrypt(serialized.get(g));
      for (double[] row : Packing.unpackLogits(plan.layout(), slots, groups.get(g).rows())) {
        double scale = plan.schedule().stateScale();
        out.add(java.util.Arrays.stream(row).map(x -> x * scale).toArray());
      }
    }
    return out.toArray(double[][]::new);
  }

  private int hetal(String command, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command, "-c", conf.toString()));
    arguments.addAll(List.of(more));
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    output = run.output();
    return run.status();
  }
}
