package org.hetal.tools;

import java.nio.file.Path;
import java.util.List;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Storage;

/**
 * What all trainings of {@code bench chaos} share: the data owner, the cluster, and HDFS, which
 * starts when the first training needs it.
 */
final class ChaosSite {
  private static final String TRAINING =
      "batch-rows = 120, epochs = 3, learning-rate = 20, checkpoint-every = 2";

  private final LoggedProcesses processes;
  private final Path folder;
  private final Path hadoop;
  private final OwnerSide owner;
  private final StandaloneCluster cluster;
  private HdfsCluster hdfs;

  /**
   * Plans, makes keys, encrypts and starts the cluster.
   *
   * @param spark a Spark installation
   * @param hadoop the jars of Hadoop's servers; needed by {@link #hdfs}
   */
  ChaosSite(LoggedProcesses processes, Path folder, Path spark, Path hadoop) {
    this(processes, Programs.ofLauncher(), Programs.home(), folder, spark, hadoop);
  }

  /**
   * @param programs of the data owner, and what spark-submit gets
   * @param home the folder of {@code conf}
   */
  ChaosSite(
      LoggedProcesses processes,
      Programs programs,
      Path home,
      Path folder,
      Path spark,
      Path hadoop) {
    this.processes = processes;
    this.folder = folder;
    this.hadoop = hadoop;
    this.owner = new OwnerSide(processes, programs, home, folder, TRAINING);
    this.cluster = new StandaloneCluster(processes, folder.resolve("cluster"), spark, List.of());
  }

  LoggedProcesses processes() {
    return processes;
  }

  OwnerSide owner() {
    return owner;
  }

  StandaloneCluster cluster() {
    return cluster;
  }

  /** HDFS with keys and data set. */
  HdfsCluster hdfs() {
    if (hdfs == null) {
      hdfs = new HdfsCluster(processes, folder.resolve("hdfs"), hadoop);
      hdfs.put(owner.given());
    }
    return hdfs;
  }

  /** The folder with {@code keys} and {@code dataset}: a path or a URI. */
  String root(boolean onHdfs) {
    return onHdfs ? hdfs().uri() : folder.toString();
  }

  /** The run directory of a training: a path or a URI. */
  String run(boolean onHdfs, Path training) {
    return onHdfs ? hdfs().uri() + inHdfs(training) : training.resolve("run").toString();
  }

  /** The run directory of a training, for reading. */
  Storage storage(boolean onHdfs, Path training) {
    return onHdfs ? hdfs().folder(inHdfs(training)) : new LocalStorage(training.resolve("run"));
  }

  private static String inHdfs(Path training) {
    return "/" + training.getFileName() + "/run";
  }
}
