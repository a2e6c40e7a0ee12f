package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.hetal.command.ExitCode;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.owner.OpenFheClient;
import org.hetal.he.owner.Client;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A training by Spark in which no other cryptographic code than OpenFHE's runs, on a toy ring. */
@Tag("slow")
@EnabledIf("org.hetal.he.openfhe.OpenFhe#isAvailable")
class OpenFheTrainTest {
  private static final String PARAMETERS = "insecure_openfhe_n10_l7";

  @TempDir static Path root;
  private static Client owner;
  private static EncryptedToy toy;

  @BeforeAll
  static void encrypt() {
    owner = OpenFheClient.generate(PARAMETERS);
    toy = new EncryptedToy(root, 2, "openfhe", owner).write();
    owner.writeEvaluationKeys(root.resolve("keys"), toy.plan.keys(), (d, of, bytes) -> {});
  }

  @AfterAll
  static void closeOwner() {
    owner.close();
    assertEquals(0, OpenFhe.staticEntries());
  }

  private static int train(Path run, String... more) throws Exception {
    EarlyStopping stopping = toy.decide();
    try (ToyOracle oracle =
        new ToyOracle(root, 0, r -> Reply.of(toy.decision(stopping, r.epoch(), r.ciphertexts())))) {
      List<String> arguments = toy.arguments("train", more);
      arguments.addAll(List.of("--backend", "openfhe", "--set", "paths.run=" + run));
      for (String setting : oracle.settings()) {
        arguments.addAll(List.of("--set", setting));
      }
      return Main.run(arguments.toArray(String[]::new));
    }
  }

  @Test
  void train_onOpenFhe_givesTheWeightsOfThePlainTraining() throws Exception {
    Path run = root.resolve("run");
    assertEquals(0, train(run, "threads=2"));
    double[][] expected = toy.plain().best();
    double[][] actual = toy.weights(run);
    double largest = 0;
    for (int c = 0; c < expected.length; c++) {
      for (int f = 0; f < expected[c].length; f++) {
        largest = Math.max(largest, Math.abs(expected[c][f] - actual[c][f]));
      }
    }
    assertTrue(largest < 2e-2 && largest > 1e-9, "largest difference " + largest);
    String report = Files.readString(run.resolve("report.json"));
    assertTrue(report.contains("openfhe-" + OpenFhe.version()), report);
  }

  @Test
  void train_withKeysOfAnotherOwner_isRefusedAsInput() throws Exception {
    try (Client other = OpenFheClient.generate(PARAMETERS)) {
      Path keys = root.resolve("other-keys");
      other.writeEvaluationKeys(keys, toy.plan.keys(), (d, of, bytes) -> {});
      assertEquals(
          ExitCode.INPUT.status(), train(root.resolve("run-2"), "paths.key-bundle=" + keys));
    }
  }
}
