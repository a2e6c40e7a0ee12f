package org.hetal.spark.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Digests;
import org.hetal.format.Json;
import org.hetal.training.Checkpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The committed checkpoint is read, and one that is saved today has the same bytes. {@code
 * -Dhetal.vectors.write=true} writes a folder that is not there yet.
 */
class GoldenCheckpointTest {
  private static final Path ROOT = Path.of("src/test/resources/org/hetal/spark/storage");
  private static final String EPOCH = "checkpoints/epoch-000004";

  @TempDir Path root;

  private static Checkpoint checkpoint(boolean answered) {
    return new Checkpoint(
        "a1".repeat(32),
        4,
        answered,
        0,
        12,
        0x1.a5be9e0684cf7p1,
        List.of(new byte[] {1, 2, 3}, new byte[] {-4}),
        List.of(new byte[] {5}, new byte[] {6, 7}),
        3,
        List.of(new byte[] {8, 9}, new byte[] {10}),
        false,
        "");
  }

  private static Checkpoint read(Path folder) {
    HadoopStorage storage = new HadoopStorage(folder.toString(), new Configuration());
    return new HadoopCheckpoints(storage, null).latest().orElseThrow();
  }

  private static void assertEqual(Checkpoint expected, Checkpoint actual) {
    assertEquals(expected.configurationHash(), actual.configurationHash());
    assertEquals(expected.epoch(), actual.epoch());
    assertEquals(expected.answered(), actual.answered());
    assertEquals(expected.step(), actual.step());
    assertEquals(expected.lambda(), actual.lambda());
    assertEquals(expected.bestEpoch(), actual.bestEpoch());
    assertEquals(expected.finished(), actual.finished());
    assertEquals(expected.reason(), actual.reason());
    assertSame(expected.weights(), actual.weights());
    assertSame(expected.lookahead(), actual.lookahead());
    assertSame(expected.best(), actual.best());
  }

  private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i));
    }
  }

  @Test
  void checkpoint_isWrittenAndReadAsCommitted() throws Exception {
    Configuration hadoop = new Configuration();
    try (RunLock lock = RunLock.acquire(root.toString(), hadoop, warning -> {})) {
      new HadoopCheckpoints(new HadoopStorage(root.toString(), hadoop), lock)
          .save(checkpoint(false));
    }
    Path golden = ROOT.resolve("checkpoint-3");
    if (Boolean.getBoolean("hetal.vectors.write") && !Files.exists(golden)) {
      copy(root, golden);
    }
    List<String> files = files(golden);
    assertEquals(7, files.size(), files.toString());
    assertEquals(files, files(root));
    for (String file : files) {
      byte[] expected = Files.readAllBytes(golden.resolve(file));
      assertArrayEquals(expected, Files.readAllBytes(root.resolve(file)), file);
    }
    assertEqual(checkpoint(false), read(golden));
  }

  /** Version 2 had another structure, without a digest of its own. */
  @Test
  void checkpointOfVersionTwo_isRefused() {
    String message =
        assertThrows(DatasetException.class, () -> read(ROOT.resolve("checkpoint-2"))).getMessage();
    assertTrue(
        message.contains("manifest.json: expected an object with kind, version, content"), message);
  }

  /**
   * The digest of a manifest is made anew after each change, so that the change reaches the reader.
   */
  @Test
  void changedManifests_areRefusedOrConsistent() throws Exception {
    copy(ROOT.resolve("checkpoint-3"), root);
    Path manifest = root.resolve(EPOCH).resolve("manifest.json");
    ObjectMapper json = new ObjectMapper();
    ObjectNode whole = (ObjectNode) json.readTree(Files.readAllBytes(manifest));
    ObjectNode good = (ObjectNode) whole.get("content");
    List<String> names = new ArrayList<>();
    good.fieldNames().forEachRemaining(names::add);
    SplittableRandom random = new SplittableRandom(9);
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    int refused = 0;
    for (int round = 0; round < 500; round++) {
      ObjectNode bad = good.deepCopy();
      String name = names.get(random.nextInt(names.size()));
      switch (random.nextInt(8)) {
        case 0 -> bad.remove(name);
        case 1 -> bad.set(name, nodes.nullNode());
        case 2 -> bad.put(name, random.nextInt());
        case 3 -> bad.put(name, "");
        case 4 -> bad.set(name, nodes.arrayNode().add(nodes.nullNode()));
        case 5 -> bad.set(name, nodes.objectNode());
        case 6 -> bad.put(name, Long.MIN_VALUE);
        default -> bad.set(name, nodes.arrayNode().add("../../../etc/passwd"));
      }
      ObjectNode sealed = whole.deepCopy();
      sealed.set("content", bad);
      sealed.put("sha256", Digests.sha256(Json.bytes(bad)));
      Files.write(manifest, json.writeValueAsBytes(sealed));
      try {
        Checkpoint read = read(root);
        assertTrue(read.best().size() <= 2 && read.weights().size() <= 2);
      } catch (DatasetException e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("round " + round + ": " + bad, e);
      }
    }
    assertTrue(refused > 250, "refused " + refused);
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> Files.isRegularFile(file))
          .map(file -> folder.relativize(file).toString())
          .filter(name -> name.startsWith("checkpoints/") && !name.endsWith(".crc"))
          .sorted()
          .toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    for (String file : files(from)) {
      Files.createDirectories(to.resolve(file).getParent());
      Files.copy(from.resolve(file), to.resolve(file));
    }
  }
}
