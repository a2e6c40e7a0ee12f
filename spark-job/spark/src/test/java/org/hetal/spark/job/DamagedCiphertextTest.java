package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.hetal.dataset.LocalStorage;
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
    String said = toy.refusal("b", "changed", "c");
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
    String said = toy.refusal("b", "empty", "c");
    assertTrue(said.contains(missing + ": expected a file, actual none"), said);
    assertTrue(said.contains("damaged are 2 of "), said);
    assertFalse(said.contains("Exception"), said);
  }

  /** Manifest and digests are as they should be; the ciphertexts' own key id is another. */
  @Test
  void ciphertextsOfAnotherKey() {
    String said = toy.refusal("a", "forged", "c");
    assertTrue(said.contains("/forged/train/group-00000/"), said);
    assertTrue(said.contains("key id"), said);
    assertFalse(said.contains("Exception"), said);
  }
}
