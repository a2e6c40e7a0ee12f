package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.hetal.command.ExitCode;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.Storage;
import org.hetal.dataset.Storages;
import org.hetal.format.Digests;
import org.hetal.spark.engine.KeyBundleCache;
import org.hetal.spark.storage.HadoopCheckpoints;
import org.hetal.spark.storage.HadoopStorage;
import org.hetal.spark.storage.RunLock;
import org.hetal.spark.storage.RunLockTest;
import org.hetal.training.Checkpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What is kept on a distributed file system, on a real one of one node. */
@Tag("slow")
class HdfsTest {
  @TempDir static java.nio.file.Path root;
  private static MiniDFSCluster cluster;
  private static Configuration hadoop;

  /** Hadoop's name node looks for its files by names in the digits of the locale. */
  private static final Locale BEFORE = Locale.getDefault();

  @BeforeAll
  static void start() throws Exception {
    Locale.setDefault(Locale.ROOT);
    hadoop = new Configuration();
    hadoop.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, root.resolve("hdfs").toString());
    hadoop.set(KeyBundleCache.CACHE_DIRECTORY, root.resolve("cache").toString());
    cluster = new MiniDFSCluster.Builder(hadoop).numDataNodes(1).build();
    cluster.waitActive();
  }

  @AfterAll
  static void stop() {
    Locale.setDefault(BEFORE);
    cluster.shutdown();
  }

  private static String uri(String path) {
    return "hdfs://localhost:" + cluster.getNameNodePort() + path;
  }

  @Test
  void status_ofARunOnHdfs_tellsWhereItStands() throws Exception {
    EncryptedToy toy = new EncryptedToy(root.resolve("status"), 4);
    HadoopStorage storage = new HadoopStorage(uri("/status"), hadoop);
    PlanFile.write(storage, toy.plan);
    storage.writeAtomically(
        "metrics.jsonl", StatusJobTest.metrics(5, 3).getBytes(StandardCharsets.UTF_8));
    try (RunLock lock = RunLock.acquire(uri("/status"), hadoop, line -> {})) {
      List<String> lines = StatusJob.lines(uri("/status"), hadoop, Instant.now());
      assertTrue(lines.get(0).endsWith(uri("/status") + ": running"), lines.toString());
      assertTrue(lines.get(1).endsWith("epoch 2 of 4, step 5 of 12"), lines.toString());
      lock.requireHeld();
    }
  }

  @Test
  void storage_writesReplacesListsAndReads() {
    HadoopStorage storage = new HadoopStorage(uri("/storage"), hadoop);
    assertEquals(List.of(), storage.list("a"));
    storage.writeAtomically("a/one", new byte[] {1});
    storage.writeAtomically("a/one", new byte[] {2});
    storage.writeAtomically("a/two", new byte[] {3});
    assertEquals(List.of("a/one", "a/two"), storage.list("a"));
    assertEquals(List.of("a"), storage.folders("."));
    assertArrayEquals(new byte[] {2}, storage.read("a/one"));
    assertThrows(DatasetException.class, () -> storage.read("a/none"));
    storage.deleteFolder("a");
    assertFalse(storage.exists("a/one"));
  }

  @Test
  void storageOfAUri_walksAndDeletes() throws Exception {
    Storage storage = Storages.of("data set", uri("/walked"));
    assertEquals(List.of(), storage.walk());
    storage.writeAtomically("a/b/one", new byte[] {1});
    storage.writeAtomically("two", new byte[] {2});
    hdfs().create(new Path(uri("/walked/a/.one.123"))).close();
    assertEquals(List.of("a/.one.123", "a/b/one", "two"), storage.walk());
    storage.delete("a/b/one");
    assertEquals(List.of("a/.one.123", "two"), storage.walk());
    assertFalse(hdfs().exists(new Path(uri("/walked/a/b"))));
    storage.delete("a/.one.123");
    assertFalse(hdfs().exists(new Path(uri("/walked/a"))));
    assertTrue(hdfs().exists(new Path(uri("/walked"))));
    CommitException e =
        assertThrows(CommitException.class, () -> Storages.of("x", uri("/walked/two")).walk());
    assertEquals(uri("/walked/two") + ": expected a folder, actual a file; kept", e.getMessage());
    assertThrows(SettingsException.class, () -> Storages.of("data set", "none://host/x"));
  }

  private static FileSystem hdfs() throws IOException {
    return new Path(uri("/")).getFileSystem(hadoop);
  }

  @Test
  void runLock_isExclusiveAndReleased() {
    try (RunLock lock = RunLock.acquire(uri("/run-a"), hadoop, warning -> {})) {
      assertThrows(
          CommitException.class, () -> RunLock.acquire(uri("/run-a"), hadoop, warning -> {}));
      lock.renew();
      lock.requireHeld();
      assertEquals(java.util.Optional.empty(), lock.failedRenewal());
    }
    RunLock.acquire(uri("/run-a"), hadoop, warning -> {}).close();
  }

  @Test
  void checkpoints_comeBack() {
    try (RunLock lock = RunLock.acquire(uri("/run-b"), hadoop, warning -> {})) {
      HadoopCheckpoints checkpoints =
          new HadoopCheckpoints(new HadoopStorage(uri("/run-b"), hadoop), lock);
      List<byte[]> state = List.of(new byte[] {1, 2});
      for (int epoch = 1; epoch <= 3; epoch++) {
        checkpoints.save(
            new Checkpoint("h", epoch, true, 0, epoch, 1.5, state, state, 1, state, false, ""));
      }
      assertEquals(3, checkpoints.latest().orElseThrow().epoch());
      assertArrayEquals(state.get(0), checkpoints.latest().orElseThrow().best().get(0));
    }
  }

  @Test
  void keyBundle_isCopiedToThisMachine() throws Exception {
    HadoopStorage bundle = new HadoopStorage(uri("/keys"), hadoop);
    bundle.writeAtomically("conjugation.key", new byte[] {7});
    bundle.writeAtomically("manifest", new byte[] {8});
    String digest = Digests.sha256(new byte[] {8});
    java.nio.file.Path local = KeyBundleCache.fetch(uri("/keys"), digest, hadoop);
    assertArrayEquals(new byte[] {7}, Files.readAllBytes(local.resolve("conjugation.key")));
  }

  @Test
  void runLock_thatIsCutOrOfAProcessThatHasEnded_isHandledAsOnALocalDisk() throws Exception {
    HadoopStorage run = new HadoopStorage(uri("/run-c"), hadoop);
    run.writeAtomically("run.lock", "host=here\nrenewed=2026-1".getBytes(StandardCharsets.UTF_8));
    String message =
        assertThrows(
                CommitException.class, () -> RunLock.acquire(uri("/run-c"), hadoop, warning -> {}))
            .getMessage();
    assertTrue(message.contains("cut or garbled"), message);
    long old = System.currentTimeMillis() - 1000L * (RunLock.STALE_SECONDS + 5);
    cluster.getFileSystem().setTimes(new Path("/run-c/run.lock"), old, old);
    List<String> warnings = new ArrayList<>();
    RunLockTest.acquire(uri("/run-c"), hadoop, warnings::add).close();
    assertEquals(2, warnings.size());
    run.writeAtomically("run.lock", RunLockTest.lockOfAnEndedProcess());
    RunLock.acquire(uri("/run-c"), hadoop, warnings::add).close();
    assertEquals(3, warnings.size());
  }

  private static void assertEnds(ExitCode code, String part, Executable action) {
    RuntimeException failure = assertThrows(RuntimeException.class, action);
    assertEquals(code, ClusterFailures.TABLE.code(failure), failure.toString());
    String line = ClusterFailures.TABLE.line(failure);
    assertTrue(line.contains(part), line);
  }

  @Test
  void safeMode_passes_andAQuotaDoesNot() throws Exception {
    List<byte[]> state = List.of(new byte[] {1, 2});
    Checkpoint checkpoint =
        new Checkpoint("h", 1, true, 0, 1, 1.5, state, state, 1, state, false, "");
    try (RunLock lock = RunLock.acquire(uri("/run-d"), hadoop, warning -> {})) {
      HadoopCheckpoints checkpoints =
          new HadoopCheckpoints(new HadoopStorage(uri("/run-d"), hadoop), lock);
      cluster.getFileSystem().setSafeMode(SafeModeAction.ENTER);
      try {
        assertEnds(ExitCode.RETRY, "safe mode", () -> checkpoints.save(checkpoint));
        assertEnds(
            ExitCode.RETRY,
            "safe mode",
            () -> RunLock.acquire(uri("/run-e"), hadoop, warning -> {}));
      } finally {
        cluster.getFileSystem().setSafeMode(SafeModeAction.LEAVE);
      }
      cluster.getFileSystem().setQuota(new Path("/run-d"), 3, HdfsConstants.QUOTA_DONT_SET);
      assertEnds(ExitCode.COMMIT, "quota", () -> checkpoints.save(checkpoint));
      cluster
          .getFileSystem()
          .setQuota(new Path("/run-d"), HdfsConstants.QUOTA_RESET, HdfsConstants.QUOTA_DONT_SET);
      checkpoints.save(checkpoint);
      assertEquals(1, checkpoints.latest().orElseThrow().epoch());
    }
  }

  @Test
  void nameNodeThatIsAway_mayComeBack() {
    Configuration impatient = new Configuration(hadoop);
    impatient.setInt("ipc.client.connect.max.retries", 0);
    String away = "hdfs://localhost:1/run";
    assertEnds(
        ExitCode.RETRY, "Connection refused", () -> RunLock.acquire(away, impatient, line -> {}));
    assertEnds(
        ExitCode.RETRY, "Connection refused", () -> KeyBundleCache.manifestDigest(away, impatient));
    assertEnds(
        ExitCode.INPUT, "manifest", () -> KeyBundleCache.manifestDigest(uri("/none"), hadoop));
  }
}
