package org.hetal.spark.executor;

import org.apache.spark.api.java.JavaSparkContext;

/**
 * Names a job and its stages in Spark's UI and event log by what they compute. In front of the name
 * is the description that the caller has given to its jobs, such as "epoch 3, minibatch 12 of 52".
 * Closing it restores the description. Names belong to the calling thread.
 */
final class StageNames implements AutoCloseable {
  private static final String DESCRIPTION = "spark.job.description";
  private static final String STAGE = "callSite.short";

  private final JavaSparkContext spark;
  private final String description;
  private final String stage;

  /**
   * @param job what the jobs compute that the calling thread starts until this is closed
   */
  StageNames(JavaSparkContext spark, String job) {
    this.spark = spark;
    this.description = spark.getLocalProperty(DESCRIPTION);
    this.stage = spark.getLocalProperty(STAGE);
    spark.setJobDescription(placed(job));
    stage(job);
  }

  /** Names the stages that end with an RDD, or with an action, made from now on. */
  void stage(String name) {
    spark.setCallSite(placed(name));
  }

  private String placed(String name) {
    return description == null ? name : description + ": " + name;
  }

  @Override
  public void close() {
    spark.setLocalProperty(DESCRIPTION, description);
    spark.setLocalProperty(STAGE, stage);
  }
}
