package org.hetal.spark.job;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import scala.Tuple2;

/** Hadoop's configuration for commands that read files and start no Spark. */
final class HadoopSettings {
  private static final String OF_SPARK = "spark.hadoop.";

  private HadoopSettings() {}

  /**
   * As Spark would have it: Hadoop's own files, and the {@code spark.hadoop.*} of spark-submit and
   * of the system properties over them.
   */
  static Configuration configuration() {
    HadoopUser.require();
    Configuration hadoop = new Configuration();
    for (Tuple2<String, String> setting : new SparkConf().getAll()) {
      if (setting._1().startsWith(OF_SPARK)) {
        hadoop.set(setting._1().substring(OF_SPARK.length()), setting._2());
      }
    }
    return hadoop;
  }
}
