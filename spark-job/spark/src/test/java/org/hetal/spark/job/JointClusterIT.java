package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.hetal.he.library.OwnerOnly;
import org.hetal.spark.Main;
import org.hetal.training.StopDecision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ciphertexts of three owners on executors in processes of their own. */
class JointClusterIT {
  @TempDir Path root;

  private List<String> settings(JointToy toy, ToyOracle oracle, String run) {
    List<String> settings = new ArrayList<>(List.of(oracle.settings()));
    settings.add("paths.run=" + root.resolve(run));
    settings.add("paths.dataset=" + toy.datasets("b", "c", "a"));
    return settings;
  }

  @Test
  void twoExecutors_giveTheBytesOfTheEmbeddedTraining() throws Exception {
    SparkSubmit.assumeSpark();
    JointToy toy = JointToy.encrypted(root);
    List<StopDecision> embedded = new ArrayList<>();
    try (ToyOracle oracle = toy.oracle(embedded)) {
      List<String> arguments = toy.arguments("train", settings(toy, oracle, "embedded"));
      assertEquals(0, Main.run(arguments.toArray(String[]::new)));
    }
    Path secret = Files.createFile(root.resolve("secret.conf"), OwnerOnly.file());
    Files.writeString(
        secret,
        "spark.authenticate true\nspark.network.crypto.enabled true\nspark.authenticate.secret "
            + UUID.randomUUID()
            + "\n");
    List<StopDecision> submitted = new ArrayList<>();
    try (ToyOracle oracle = toy.oracle(submitted)) {
      Path folder = Files.createDirectories(root.resolve("folder"));
      SparkSubmit submit =
          new SparkSubmit(folder, "submitted", secret.toString())
              .option("--master", "local-cluster[2,1,1024]");
      int status = submit.run(toy.arguments("train", settings(toy, oracle, "submitted")));
      assertEquals(0, status, submit::text);
      assertTrue(submit.text().contains("on local-cluster[2,1,1024]"), submit::text);
    }
    assertEquals(embedded, submitted);
    List<byte[]> expected = EncryptedToy.modelBytes(root.resolve("embedded"));
    List<byte[]> actual = EncryptedToy.modelBytes(root.resolve("submitted"));
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "ciphertext " + i);
    }
  }
}
