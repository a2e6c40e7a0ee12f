package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.hetal.he.owner.SimulatorClient;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Minibatches of 19 microbatches, whose sums are joined on the executors, or on the driver. */
class ManyMicrobatchesTest {
  @TempDir static Path root;
  private static EncryptedToy toy;

  @BeforeAll
  static void write() {
    toy =
        new EncryptedToy(
            root,
            1,
            "simulator",
            new SimulatorClient(
                SimulatedParameters.withRingDegree(64), "0123456789abcdef".repeat(2)));
    toy.write();
  }

  private static List<byte[]> train(String name, int partitions) throws Exception {
    EarlyStopping stopping = toy.decide();
    try (ToyOracle oracle =
        new ToyOracle(root, 0, r -> Reply.of(toy.decision(stopping, r.epoch(), r.ciphertexts())))) {
      List<String> arguments = toy.arguments("train", "cluster.partitions=" + partitions);
      arguments.addAll(List.of("--set", "paths.run=" + root.resolve(name)));
      for (String setting : oracle.settings()) {
        arguments.addAll(List.of("--set", setting));
      }
      assertEquals(0, Main.run(arguments.toArray(String[]::new)));
    }
    return EncryptedToy.modelBytes(root.resolve(name));
  }

  @Test
  void sumsOnExecutorsAndOnTheDriver_giveTheSameBytes() throws Exception {
    int microbatches = 150 / toy.plan.layout().rowsPerGroup();
    assertTrue(microbatches > 16, microbatches + " microbatches");
    List<byte[]> onExecutors = train("executors", 0);
    List<byte[]> onDriver = train("driver", 3);
    assertEquals(onExecutors.size(), onDriver.size());
    for (int i = 0; i < onDriver.size(); i++) {
      assertArrayEquals(onExecutors.get(i), onDriver.get(i), "ciphertext " + i);
    }
    double[][] expected = toy.plain().best();
    double[][] actual = toy.weights(root.resolve("executors"));
    for (int c = 0; c < expected.length; c++) {
      assertArrayEquals(expected[c], actual[c], 1e-3);
    }
  }
}
