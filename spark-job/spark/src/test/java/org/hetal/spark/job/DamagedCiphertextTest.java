package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.dataset.LocalStorage;
import org.hetal.spark.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Data sets with a good manifest and a bad ciphertext are refused by name before the first step.
 */
class DamagedCiphertextTest {
  @TempDir static Path root;
  private static JointToy toy;

  @BeforeAll
  static void encrypt() throws Exception {
    toy = JointToy.encrypted(root);
  }

  private static String refusal(String... names) {
    PrintStream before = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    List<String> datasets =
        Arrays.stream(names).map(name -> '"' + root.resolve(name).toString() + '"').toList();
    try {
      List<String> settings =
          List.of("paths.run=" + root.resolve("refused"), "paths.dataset=" + datasets);
      assertEquals(65, Main.run(toy.arguments("train", settings).toArray(String[]::new)));
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @AfterEach
  void noWorkWasDone() {
    LocalStorage run = new LocalStorage(root.resolve("refused"));
    assertFalse(run.exists("metrics.jsonl"));
    assertFalse(run.exists("plan.json"));
  }

  private static Path file(String dataset, String folder, String end) throws Exception {
    try (Stream<Path> files = Files.walk(root.resolve(dataset).resolve(folder))) {
      return files.filter(path -> path.toString().endsWith(end)).sorted().reduce((a, b) -> b).get();
    }
  }

  @Test
  void changedByteOfTheLastMinibatch() throws Exception {
    JointToy.copy(root.resolve("a"), root.resolve("changed"));
    Path file = file("changed", "train", "y.ct");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 9] ^= 1;
    Files.write(file, bytes);
    String said = refusal("b", "changed", "c");
    assertTrue(said.contains(file + ": expected SHA-256 "), said);
    assertTrue(said.contains("damaged are 1 of "), said);
    assertFalse(said.contains("Exception"), said);
  }

  @Test
  void emptyAndMissingFilesOfTheValidationRows() throws Exception {
    JointToy.copy(root.resolve("a"), root.resolve("empty"));
    Path empty = file("empty", "validation", "y.ct");
    Path missing = file("empty", "validation", "x-0000.ct");
    Files.write(empty, new byte[0]);
    Files.delete(missing);
    String said = refusal("b", "empty", "c");
    assertTrue(said.contains(missing + ": expected a file, actual none"), said);
    assertTrue(said.contains("damaged are 2 of "), said);
    assertFalse(said.contains("Exception"), said);
  }

  /** Manifest and digests are as they should be; the ciphertexts' own key id is another. */
  @Test
  void ciphertextsOfAnotherKey() {
    String said = refusal("a", "forged", "c");
    assertTrue(said.contains("/forged/train/group-00000/"), said);
    assertTrue(said.contains("key id"), said);
    assertFalse(said.contains("Exception"), said);
  }
}
