package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.command.ExitCode;
import org.hetal.he.engine.EngineLibrary;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole trainings with {@code --device cuda}, on kernels played by the host, or on a GPU where
 * {@code hetal.test.cuda.library} names the real library: the model has the processor's bytes.
 */
@Tag("slow")
class CudaTrainTest {
  private static final String LIBRARY = "hetal.cuda.library";
  @TempDir static Path root;
  private static Client owner;
  private static EncryptedToy toy;

  @BeforeAll
  static void encryptAndTrainOnTheProcessor() throws Exception {
    System.setProperty(LIBRARY, System.getProperty("hetal.test.cuda.library"));
    owner = NativeClient.insecureGenerate("insecure_n10_l12", 7);
    toy = new EncryptedToy(root, 1, "native", owner).write();
    owner.writeEvaluationKeys(root.resolve("keys"), toy.plan.keys(), (d, of, bytes) -> {});
    assertEquals(0, train("cpu").status());
  }

  @AfterAll
  static void close() {
    System.clearProperty(LIBRARY);
    owner.close();
  }

  private record Outcome(int status, List<String> said) {}

  private static Outcome train(String run, String... more) throws Exception {
    EarlyStopping stopping = toy.decide();
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try (ToyOracle oracle =
        new ToyOracle(root, 0, r -> Reply.of(toy.decision(stopping, r.epoch(), r.ciphertexts())))) {
      List<String> arguments = new ArrayList<>(toy.arguments("train", oracle.settings()));
      arguments.remove("--trace");
      arguments.addAll(List.of("--set", "paths.run=" + root.resolve(run)));
      arguments.addAll(List.of(more));
      int status = Main.run(arguments.toArray(String[]::new));
      return new Outcome(
          status,
          err.toString(StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.startsWith("hetal"))
              .toList());
    } finally {
      System.setErr(before);
    }
  }

  private static void assertTheProcessorsBytes(String run) {
    List<byte[]> expected = EncryptedToy.modelBytes(root.resolve("cpu"));
    List<byte[]> actual = EncryptedToy.modelBytes(root.resolve(run));
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "ciphertext " + i);
    }
  }

  private static JsonNode report(String run) throws Exception {
    return new ObjectMapper().readTree(root.resolve(run).resolve("report.json").toFile());
  }

  @Test
  void train_onCuda_givesTheProcessorsBytes() throws Exception {
    assertEquals(new Outcome(0, List.of()), train("cuda", "--device", "cuda"));
    assertTheProcessorsBytes("cuda");
    assertTrue(report("cpu").path("device").asText().startsWith("cpu/"));
    assertTrue(report("cuda").path("device").asText().startsWith("cuda/"));
    assertEquals("cuda", report("cuda").path("executor_device").asText());
    assertEquals(0, EngineLibrary.liveObjects(), "native objects that are not closed");
  }

  @Test
  void train_withTooLittleDeviceMemory_isToBeTriedLater() throws Exception {
    Outcome outcome = train("small", "--device", "cuda", "--set", "device-memory=2m");
    assertEquals(ExitCode.RETRY.status(), outcome.status(), outcome.toString());
    assertEquals(1, outcome.said().size(), outcome.toString());
    assertTrue(outcome.said().get(0).contains("memory"), outcome.toString());
  }
}
