package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.hetal.dataset.LocalStorage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training on a standalone cluster with data set, keys and run on an S3 server, which has no
 * rename. Run by dev/clusters_test.sh.
 */
@Tag("clusters")
class S3aIT {
  private static final Map<String, String> CREDENTIALS =
      Map.of("AWS_ACCESS_KEY_ID", "x", "AWS_SECRET_ACCESS_KEY", "y");

  @TempDir static Path root;
  private static S3Server s3;
  private static StandaloneCluster cluster;
  private static ClusterToy toy;

  @BeforeAll
  static void startAndUpload() throws Exception {
    SparkSubmit.assumeSpark();
    SparkSubmit.fetched("s3a");
    s3 = new S3Server(Files.createDirectories(root.resolve("s3")));
    toy = new ClusterToy(root.resolve("owner"));
    s3.upload(toy.root, toy.files("dataset"));
    s3.upload(toy.root, toy.files("keys"));
    cluster = new StandaloneCluster(root.resolve("cluster"));
    cluster.addWorker(CREDENTIALS);
    cluster.addWorker(CREDENTIALS);
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
    if (toy != null) {
      toy.close();
    }
    if (s3 != null) {
      s3.close();
    }
  }

  private static SparkSubmit submit(ToyOracle oracle, String name, String run) throws Exception {
    String bucket = "s3a://" + S3Server.BUCKET;
    Path folder =
        toy.configuration(
            root.resolve(name),
            oracle,
            "paths.dataset=" + bucket + "/dataset",
            "paths.key-bundle=" + bucket + "/keys",
            "paths.run=" + bucket + "/" + run);
    SparkSubmit submit =
        new SparkSubmit(folder, name, "standalone.conf", "s3a.conf", cluster.secret())
            .option("--master", cluster.master())
            .option("--jars", SparkSubmit.jars("s3a", ","))
            .environment("SPARK_LOCAL_IP", "127.0.0.1")
            .conf("spark.hadoop.fs.s3a.endpoint", s3.endpoint())
            .conf("spark.hadoop.fs.s3a.path.style.access", "true")
            .conf("spark.hadoop.fs.s3a.connection.ssl.enabled", "false")
            .conf("spark.hadoop.hetal.keys.cache", root.resolve("cache").toString());
    CREDENTIALS.forEach(submit::environment);
    return submit;
  }

  private static SparkSubmit start(SparkSubmit submit) throws Exception {
    return submit.start(List.of("train", "-c", "my.conf"));
  }

  /** The manifest of a checkpoint is one PUT: without all of it there is no checkpoint. */
  @Test
  void train_killedInsideAManifest_leavesNoCheckpointThatLooksWholeAndContinues() throws Exception {
    String manifest = "run/checkpoints/epoch-000002/manifest.json";
    AtomicReference<SparkSubmit> submission = new AtomicReference<>();
    try (ToyOracle oracle = toy.oracle(epoch -> {})) {
      SparkSubmit first = submit(oracle, "first", "run");
      submission.set(first);
      s3.cutInside(manifest, () -> first.process().destroyForcibly());
      assertNotEquals(0, start(first).status());
      assertEquals(404, s3.get(manifest), first::text);
      assertTrue(Files.exists(s3.stored("run/checkpoints/epoch-000002/w-0000.ct")));
      assertEquals(200, s3.get(manifest.replace("000002", "000001")));
      SparkSubmit second = submit(oracle, "second", "run");
      assertEquals(0, start(second).status(), second::text);
      assertTrue(second.text().contains("continuing after epoch 1 of 3"), second::text);
      assertEquals(List.of(1, 2, 3), oracle.epochs());
    }
    toy.assertSameBytes(new LocalStorage(s3.stored("run/model")));
    try (Stream<Path> all = Files.walk(s3.stored("run"))) {
      List<Path> partial =
          all.filter(file -> file.getFileName().toString().startsWith(".")).toList();
      assertEquals(List.of(), partial);
    }
  }

  /** The URI of one of them has a blank and letters with accents. */
  @Test
  void twoRunsAtOnce_copyTheKeysOnceAndGiveTheSameBytes() throws Exception {
    List<SparkSubmit> both = new ArrayList<>();
    try (ToyOracle one = toy.oracle(epoch -> {});
        ToyOracle other = toy.oracle(epoch -> {})) {
      both.add(submit(one, "one", "one").conf("spark.cores.max", "1"));
      both.add(submit(other, "other", "un autre été").conf("spark.cores.max", "1"));
      for (SparkSubmit submit : both) {
        start(submit);
      }
      for (SparkSubmit submit : both) {
        assertEquals(0, submit.status(), submit::text);
      }
    }
    toy.assertSameBytes(new LocalStorage(s3.stored("one/model")));
    toy.assertSameBytes(new LocalStorage(s3.stored("un autre été/model")));
    try (Stream<Path> cached = Files.list(root.resolve("cache"))) {
      List<Path> folders = cached.filter(Files::isDirectory).toList();
      assertEquals(1, folders.size(), folders::toString);
      assertFalse(folders.get(0).toString().contains("partial"));
    }
  }
}
