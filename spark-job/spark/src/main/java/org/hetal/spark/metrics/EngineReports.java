package org.hetal.spark.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.hetal.spark.engine.EngineMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The executor's part: gauges of its own registry, and reports to the driver. */
final class EngineReports implements ExecutorPlugin {
  /** Property of Spark with the seconds between two reports; default {@value #DEFAULT_PERIOD}. */
  static final String PERIOD = "spark.hetal.metrics.seconds";

  /** The key of the executor's id in a report, beside the names of values. */
  static final String EXECUTOR = "executor";

  private static final int DEFAULT_PERIOD = 10;
  private static final Logger LOG = LoggerFactory.getLogger(EngineReports.class);

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "hetal-metrics");
            thread.setDaemon(true);
            return thread;
          });
  private PluginContext context;

  @Override
  public void init(PluginContext pluginContext, Map<String, String> extra) {
    context = pluginContext;
    register(pluginContext.metricRegistry());
    int period = pluginContext.conf().getInt(PERIOD, DEFAULT_PERIOD);
    timer.scheduleWithFixedDelay(this::report, period, period, TimeUnit.SECONDS);
  }

  /** Gauges of this process. */
  static void register(MetricRegistry registry) {
    for (String name : EngineMetrics.values().keySet()) {
      registry.register(name, (Gauge<Double>) () -> EngineMetrics.values().get(name));
    }
  }

  /** Of classes of Java's own: Spark's RPC may not know those of this jar. */
  private void report() {
    TreeMap<String, Object> report = new TreeMap<>(EngineMetrics.values());
    report.put(EXECUTOR, context.executorID());
    try {
      context.send(report);
    } catch (IOException | RuntimeException e) { // an exception would end the reports
      LOG.debug("metrics were not sent to the driver", e);
    }
  }

  @Override
  public void shutdown() {
    timer.shutdownNow();
    report();
  }
}
