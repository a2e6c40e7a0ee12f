package org.hetal.spark.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.protocol.DSQuotaExceededException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.hetal.command.ExitCode;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.spark.job.ClusterFailures;
import org.hetal.training.Checkpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HadoopCheckpointsTest {
  @TempDir Path root;
  private RunLock lock;
  private HadoopCheckpoints checkpoints;

  @BeforeEach
  void open() {
    Configuration hadoop = new Configuration();
    lock = RunLock.acquire(root.toString(), hadoop, warning -> {});
    checkpoints = new HadoopCheckpoints(new HadoopStorage(root.toString(), hadoop), lock);
  }

  @AfterEach
  void close() {
    lock.close();
  }

  private static Checkpoint checkpoint(int epoch) {
    return checkpoint(epoch, true, 1, 5);
  }

  private static Checkpoint checkpoint(int epoch, boolean answered, int bestEpoch, int best) {
    return new Checkpoint(
        "hash",
        epoch,
        answered,
        0,
        7 * epoch,
        Math.sqrt(epoch),
        List.of(new byte[] {1, (byte) epoch}, new byte[] {2}),
        List.of(new byte[] {3}, new byte[] {4}),
        bestEpoch,
        List.of(new byte[] {(byte) best}),
        false,
        "");
  }

  @Test
  void latest_ofAFreshRun_isEmpty() {
    assertTrue(checkpoints.latest().isEmpty());
  }

  @Test
  void latest_isTheOneSavedLastToTheBit() {
    checkpoints.save(checkpoint(1));
    checkpoints.save(checkpoint(2));
    Checkpoint read = checkpoints.latest().orElseThrow();
    assertEquals("hash", read.configurationHash());
    assertEquals(2, read.epoch());
    assertTrue(read.answered());
    assertEquals(14, read.step());
    assertEquals(
        Double.doubleToRawLongBits(Math.sqrt(2)), Double.doubleToRawLongBits(read.lambda()));
    assertArrayEquals(new byte[] {1, 2}, read.weights().get(0));
    assertArrayEquals(new byte[] {2}, read.weights().get(1));
    assertArrayEquals(new byte[] {4}, read.lookahead().get(1));
    assertArrayEquals(new byte[] {5}, read.best().get(0));
  }

  private static Checkpoint insideEpoch(int epoch, int batch) {
    Checkpoint end = checkpoint(epoch);
    return new Checkpoint(
        end.configurationHash(),
        epoch,
        true,
        batch,
        end.step() + batch,
        end.lambda(),
        end.weights(),
        end.lookahead(),
        end.bestEpoch(),
        end.best(),
        false,
        "");
  }

  @Test
  void latest_insideAnEpoch_isBetweenItsEnds() {
    checkpoints.save(insideEpoch(0, 2));
    assertEquals(0, checkpoints.latest().orElseThrow().epoch());
    assertEquals(2, checkpoints.latest().orElseThrow().batch());
    checkpoints.save(checkpoint(1));
    assertEquals(1, checkpoints.latest().orElseThrow().epoch());
    assertEquals(0, checkpoints.latest().orElseThrow().batch());
    checkpoints.save(insideEpoch(1, 9));
    checkpoints.save(insideEpoch(1, 10));
    Checkpoint read = checkpoints.latest().orElseThrow();
    assertEquals(1, read.epoch());
    assertEquals(10, read.batch());
    assertEquals(17, read.step());
    assertFalse(Files.exists(root.resolve("checkpoints/epoch-000001")), "only the two newest stay");
    assertTrue(Files.exists(root.resolve("checkpoints/epoch-000001-batch-000000009")));
  }

  @Test
  void latest_ignoresAFolderWithoutManifest() throws Exception {
    checkpoints.save(checkpoint(1));
    checkpoints.save(checkpoint(2));
    Files.delete(root.resolve("checkpoints/epoch-000002/manifest.json"));
    assertEquals(1, checkpoints.latest().orElseThrow().epoch());
    checkpoints.save(checkpoint(2));
    assertEquals(2, checkpoints.latest().orElseThrow().epoch());
  }

  @Test
  void latest_ofADamagedCiphertext_throwsAndNamesTheFile() throws Exception {
    checkpoints.save(checkpoint(1));
    Files.write(root.resolve("checkpoints/epoch-000001/v-0001.ct"), new byte[] {9});
    String message = assertThrows(DatasetException.class, checkpoints::latest).getMessage();
    assertTrue(message.contains("v-0001.ct") && message.contains("SHA-256"), message);
  }

  @Test
  void latest_ofATruncatedManifest_throws() throws Exception {
    checkpoints.save(checkpoint(1));
    Path manifest = root.resolve("checkpoints/epoch-000001/manifest.json");
    Files.writeString(manifest, Files.readString(manifest).substring(0, 40));
    assertThrows(DatasetException.class, checkpoints::latest);
  }

  @Test
  void save_keepsTheTwoNewest() {
    for (int epoch = 1; epoch <= 4; epoch++) {
      checkpoints.save(checkpoint(epoch));
    }
    assertFalse(Files.exists(root.resolve("checkpoints/epoch-000002")));
    assertTrue(Files.exists(root.resolve("checkpoints/epoch-000003")));
    assertEquals(4, checkpoints.latest().orElseThrow().epoch());
  }

  @Test
  void save_afterTheLockIsLost_throwsAndWritesNoManifest() throws Exception {
    Files.writeString(root.resolve("run.lock"), "host=another\ntoken=other\n");
    assertThrows(CommitException.class, () -> checkpoints.save(checkpoint(1)));
    assertFalse(Files.exists(root.resolve("checkpoints/epoch-000001/manifest.json")));
  }

  @Test
  void requireConfiguration_ofAnotherRun_throwsWithBothHashes() {
    checkpoints.requireConfiguration("other");
    checkpoints.save(checkpoint(1));
    checkpoints.requireConfiguration("hash");
    String message =
        assertThrows(CommitException.class, () -> checkpoints.requireConfiguration("other"))
            .getMessage();
    assertTrue(message.contains("(other)") && message.contains("hash;"), message);
  }

  @Test
  void save_withTheAnswer_replacesTheCheckpointWithoutIt() throws Exception {
    checkpoints.save(checkpoint(1));
    checkpoints.save(checkpoint(2, false, 1, 5));
    assertFalse(checkpoints.latest().orElseThrow().answered());
    assertEquals(1, checkpoints.latest().orElseThrow().bestEpoch());
    Path weights = root.resolve("checkpoints/epoch-000002/w-0000.ct");
    FileTime written = FileTime.from(Instant.parse("2001-01-01T00:00:00Z"));
    Files.setLastModifiedTime(weights, written);
    checkpoints.save(checkpoint(2, true, 2, 6));
    Checkpoint read = checkpoints.latest().orElseThrow();
    assertTrue(read.answered());
    assertEquals(2, read.bestEpoch());
    assertArrayEquals(new byte[] {6}, read.best().get(0));
    assertEquals(written, Files.getLastModifiedTime(weights), "the state is not written twice");
  }

  /** Cut off before the second manifest, the first one still names what it named. */
  @Test
  void save_cutOffWhileTheAnswerIsSaved_leavesTheCheckpointWithoutIt() throws Exception {
    checkpoints.save(checkpoint(2, false, 1, 5));
    byte[] manifest = Files.readAllBytes(root.resolve("checkpoints/epoch-000002/manifest.json"));
    checkpoints.save(checkpoint(2, true, 2, 6));
    Files.write(root.resolve("checkpoints/epoch-000002/manifest.json"), manifest);
    Checkpoint read = checkpoints.latest().orElseThrow();
    assertFalse(read.answered());
    assertArrayEquals(new byte[] {5}, read.best().get(0));
  }

  @Test
  void latest_ofAManifestWithAChangedCounter_namesTheDigest() throws Exception {
    checkpoints.save(checkpoint(1));
    Path manifest = root.resolve("checkpoints/epoch-000001/manifest.json");
    String text = Files.readString(manifest);
    String changed = text.replace("\"step\" : 7", "\"step\" : 8");
    assertNotEquals(text, changed);
    Files.writeString(manifest, changed);
    String message = assertThrows(DatasetException.class, checkpoints::latest).getMessage();
    assertTrue(message.contains("epoch-000001/manifest.json: sha256: expected "), message);
  }

  @Test
  void latest_ofAnotherVersion_saysWhatToDo() throws Exception {
    checkpoints.save(checkpoint(1));
    Path manifest = root.resolve("checkpoints/epoch-000001/manifest.json");
    String text = Files.readString(manifest);
    Files.writeString(manifest, text.replace("\"version\" : 3", "\"version\" : 2"));
    String message = assertThrows(DatasetException.class, checkpoints::latest).getMessage();
    assertTrue(message.contains("version: expected 3, actual 2; another release"), message);
  }

  private RuntimeException savedWhen(Throwable refusal) {
    HadoopStorage storage = new HadoopStorage(root.toString(), HadoopStorageTest.refusing(refusal));
    return assertThrows(
        RuntimeException.class, () -> new HadoopCheckpoints(storage, lock).save(checkpoint(3)));
  }

  @Test
  void save_whenTheFileSystemIsAway_isToBeTriedAgain() {
    for (IOException passing :
        List.of(
            new ConnectException("Connection refused"),
            new IOException("Name node is in safe mode.\nThe reported blocks 0"),
            new RemoteException(IOException.class.getName(), "no data node"))) {
      RuntimeException away = savedWhen(passing);
      assertEquals(ExitCode.RETRY, ClusterFailures.TABLE.code(away), away.toString());
      String line = ClusterFailures.TABLE.line(away);
      assertTrue(line.startsWith("cannot write " + root + "/checkpoints/epoch-000003/"), line);
      assertTrue(line.contains(passing.getMessage().lines().findFirst().orElseThrow()), line);
      assertTrue(line.endsWith("continues the run when the file system answers"), line);
    }
  }

  @Test
  void save_whenTheFileSystemRefuses_cannotCommit() throws Exception {
    for (Throwable lasting :
        List.of(
            new AccessControlException("Permission denied: user=x"),
            new RemoteException(AccessControlException.class.getName(), "Permission denied"),
            new DSQuotaExceededException("quota of /run: 10 B"),
            HadoopStorageTest.fullDisk())) {
      RuntimeException refused = savedWhen(lasting);
      assertEquals(ExitCode.COMMIT, ClusterFailures.TABLE.code(refused), refused.toString());
      String line = ClusterFailures.TABLE.line(refused);
      assertTrue(line.contains("give it room and permission"), line);
    }
  }
}
