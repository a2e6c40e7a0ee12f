package org.hetal.spark.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Digests;
import org.hetal.format.Json;
import org.hetal.spark.storage.HadoopCheckpoints;
import org.hetal.spark.storage.HadoopStorage;

/**
 * What Jazzer calls for the manifest of a checkpoint. The input is the content; its digest is made
 * right, so that every input reaches what is behind it. dev/fuzz.sh runs it.
 */
public final class JazzerEntry {
  static final String TARGET = "checkpoint";
  private static final Path COMMITTED =
      Path.of("src/test/resources/org/hetal/spark/storage/checkpoint-3");
  private static final String MANIFEST = "checkpoints/epoch-000004/manifest.json";

  private static JazzerEntry target;

  private final Path run;
  private final HadoopCheckpoints checkpoints;

  /**
   * @param run an empty folder, for the run directory
   */
  JazzerEntry(Path run) throws IOException {
    this.run = run;
    FileUtils.copyDirectory(COMMITTED.toFile(), run.toFile());
    checkpoints =
        new HadoopCheckpoints(new HadoopStorage(run.toString(), new Configuration()), null);
  }

  /** The content of the committed checkpoint's manifest. */
  static byte[] seed() throws IOException {
    return Json.bytes(Json.parse(Files.readAllBytes(COMMITTED.resolve(MANIFEST))).get("content"));
  }

  /**
   * Reads a checkpoint with that content of its manifest.
   *
   * @return whether it was accepted
   */
  boolean accepts(byte[] content) throws IOException {
    Files.write(run.resolve(MANIFEST), sealed(content));
    // Hadoop's local file system would compare a checksum of its own.
    Files.deleteIfExists(run.resolve(MANIFEST).resolveSibling(".manifest.json.crc"));
    try {
      return checkpoints.latest().isPresent();
    } catch (DatasetException e) {
      return false;
    }
  }

  private static byte[] sealed(byte[] content) throws IOException {
    ObjectNode root = (ObjectNode) Json.parse(Files.readAllBytes(COMMITTED.resolve(MANIFEST)));
    try {
      JsonNode tree = Json.parse(content);
      root.put("sha256", Digests.sha256(Json.bytes(tree)));
      root.set("content", tree);
      return Json.bytes(root);
    } catch (IOException e) {
      return content; // no JSON: the file as it is
    }
  }

  public static void fuzzerInitialize() {
    try {
      target = new JazzerEntry(Files.createTempDirectory("hetal-fuzz"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    target.accepts(input);
  }

  /** Prints the name of the target; with a folder, writes its seed below it. */
  public static void main(String[] arguments) throws IOException {
    System.out.println(TARGET);
    if (arguments.length > 0) {
      Path folder = Files.createDirectories(Path.of(arguments[0], TARGET, "seeds"));
      Files.write(folder.resolve("seed-0"), seed());
    }
  }
}
