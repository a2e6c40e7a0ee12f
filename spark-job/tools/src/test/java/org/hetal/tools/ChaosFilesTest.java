package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.hetal.dataset.DigestedJson;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.StoredFile;
import org.hetal.format.Digests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChaosFilesTest {
  private static final byte[] BYTES = {1, 2, 3};

  @TempDir Path run;

  record Manifest(List<StoredFile> weights, List<StoredFile> lookahead, List<StoredFile> best) {}

  private Path checkpoint(String name, boolean complete) {
    LocalStorage storage = new LocalStorage(run);
    String file = "checkpoints/" + name + "/w-0000.ct";
    storage.writeAtomically(file, BYTES);
    if (complete) {
      StoredFile stored = new StoredFile(file, 0, BYTES.length, Digests.sha256(BYTES));
      new DigestedJson("hetal-checkpoint", 3, "")
          .write(
              storage,
              "checkpoints/" + name + "/manifest.json",
              new Manifest(List.of(), List.of(stored), List.of()));
    }
    return run.resolve(file);
  }

  @Test
  void damageOfCheckpoints_isThatOfAFileOfOneThatIsComplete() throws Exception {
    Path whole = checkpoint("epoch-000001", true);
    Path partial = checkpoint("epoch-000002", false);
    Files.write(partial, new byte[] {1});
    assertEquals("", ChaosFiles.damageOfCheckpoints(run));
    Files.write(whole, new byte[] {1});
    String damage = ChaosFiles.damageOfCheckpoints(run);
    assertTrue(damage.contains("epoch-000001/manifest.json counts, but has other bytes"), damage);
    Files.delete(whole);
    String lack = ChaosFiles.damageOfCheckpoints(run);
    assertTrue(lack.contains("epoch-000001/manifest.json counts, but lacks"), lack);
  }

  @Test
  void bytesOfACheckpoint_areThoseOfTheNewestCompleteOne() throws Exception {
    assertEquals(0, ChaosFiles.bytesOfACheckpoint(run));
    Path file = checkpoint("epoch-000001", true);
    checkpoint("epoch-000002", false);
    long manifest = Files.size(file.resolveSibling("manifest.json"));
    assertEquals(manifest + BYTES.length, ChaosFiles.bytesOfACheckpoint(run));
  }

  @Test
  void lineOnFullDisk_namesAFileOfTheRunTheCauseAndTheRemedy() throws Exception {
    Path log = run.resolve("driver.log");
    String whole =
        "hetal train: cannot write /r/run/w.ct: No space left on device; give it room, then repeat";
    Files.write(
        log,
        List.of(
            whole,
            whole.replace("/r/run/", "/other/"),
            whole.replace("No space left on device", "denied"),
            whole.replace("; give it room, then repeat", "")));
    assertEquals(Optional.of(whole), ChaosFiles.lastLineOnFullDisk(log, "/r/run"));
    assertEquals(Optional.empty(), ChaosFiles.lastLineOnFullDisk(log, "/r/ru"));
  }

  @Test
  void lockField_isTheTextAfterItsName() throws Exception {
    Files.writeString(run.resolve("run.lock"), "renewed=2026-01-01T00:00:00Z\ntoken=a=b\n");
    assertEquals("a=b", ChaosFiles.lockField(new LocalStorage(run), "token"));
    assertEquals("", ChaosFiles.lockField(new LocalStorage(run), "pid"));
  }
}
