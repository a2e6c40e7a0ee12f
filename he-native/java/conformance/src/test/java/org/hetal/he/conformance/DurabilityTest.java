package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.he.AtomicFile;
import org.hetal.he.KeyPlan;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;
import org.hetal.he.owner.SimulatorClientBackend;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is on the disk before it has its name, and its name is before the next file is begun. */
@Tag("slow")
class DurabilityTest {
  @TempDir Path folder;

  @Test
  void filesAreSynchronized_thenRenamed_thenTheirFolderIsSynchronized() throws Exception {
    Path root = folder.toRealPath();
    Path record = root.resolve("record");
    OtherJvm run =
        OtherJvm.run(
            OtherJvm.command(Writes.class, List.of(), List.of(root.toString())),
            FileRecord.environment(record));
    assertEquals(0, run.status(), run.output());
    Path keys = root.resolve("keys");
    Path secret = root.resolve("secret");
    List<String> expected = new ArrayList<>();
    expected.addAll(replaced(root.resolve("a/file")));
    expected.addAll(replaced(root.resolve("a/file")));
    expected.addAll(replaced(root.resolve("simulator/manifest")));
    expected.addAll(List.of("write " + secret, "sync " + secret, "sync " + root));
    Stream.of("relinearization.key", "galois_5.key", "manifest")
        .forEach(name -> expected.addAll(nativelyReplaced(keys.resolve(name))));
    List<String> actual =
        FileRecord.calls(record).stream().filter(line -> line.contains(root.toString())).toList();
    assertEquals(String.join("\n", expected), String.join("\n", actual));
  }

  private static List<String> replaced(Path file) {
    return replaced(file.resolveSibling("." + file.getFileName() + ".TEMPORARY"), file);
  }

  private static List<String> nativelyReplaced(Path file) {
    return replaced(file.resolveSibling(file.getFileName() + ".TEMPORARY"), file);
  }

  private static List<String> replaced(Path part, Path file) {
    return List.of(
        "write " + part, "sync " + part, "rename " + part + " " + file, "sync " + file.getParent());
  }

  /** Runs with the recorder preloaded. */
  public static final class Writes {
    public static void main(String[] arguments) {
      Path root = Path.of(arguments[0]);
      AtomicFile.write(root.resolve("a/file"), new byte[100]);
      AtomicFile.write(root.resolve("a/file"), new byte[1 << 20]);
      KeyPlan plan = new KeyPlan().rotate(1, 1).relinearize(1);
      try (Client client =
          new SimulatorClientBackend().generate("insecure_simulator_n8_l12", 1, null)) {
        client.writeEvaluationKeys(root.resolve("simulator"), plan, (done, of, bytes) -> {});
      }
      try (NativeClient client = NativeClient.insecureGenerate(NativeFixture.SET, 1, 1)) {
        client.saveSecretKey(root.resolve("secret"));
        client.writeEvaluationKeys(root.resolve("keys"), plan, (done, of, bytes) -> {});
      }
    }
  }
}
