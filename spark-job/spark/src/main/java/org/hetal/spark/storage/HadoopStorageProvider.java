package org.hetal.spark.storage;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.hetal.dataset.Storage;
import org.hetal.dataset.StorageProvider;

/**
 * Opens folders of Hadoop's file systems for code that knows neither Hadoop nor Spark. Its
 * configuration is that of the Spark application of this process, or without one that of the class
 * path.
 */
public final class HadoopStorageProvider implements StorageProvider {
  /** For {@link java.util.ServiceLoader}. */
  public HadoopStorageProvider() {}

  @Override
  public Storage open(String uri) {
    Configuration hadoop = configuration();
    try {
      FileSystem.getFileSystemClass(uri.substring(0, uri.indexOf(':')), hadoop);
    } catch (IOException e) {
      return null;
    }
    return new HadoopStorage(uri, hadoop);
  }

  private static Configuration configuration() {
    SparkEnv spark = SparkEnv.get();
    return spark == null
        ? new Configuration()
        : SparkHadoopUtil.get().newConfiguration(spark.conf());
  }
}
