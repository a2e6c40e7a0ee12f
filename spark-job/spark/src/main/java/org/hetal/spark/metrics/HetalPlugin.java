package org.hetal.spark.metrics;

import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Metrics of the engines for Spark's metrics system; {@code
 * spark.plugins=org.hetal.spark.metrics.HetalPlugin}. Each process has the gauges of {@link
 * org.hetal.spark.engine.EngineMetrics#values} in its own registry. Executors also send theirs to
 * the driver every {@link EngineReports#PERIOD}, since only the driver serves HTTP: its registry
 * has them as {@code executor_ID.NAME}.
 */
public final class HetalPlugin implements SparkPlugin {
  @Override
  public DriverPlugin driverPlugin() {
    return new DriverGauges();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new EngineReports();
  }
}
