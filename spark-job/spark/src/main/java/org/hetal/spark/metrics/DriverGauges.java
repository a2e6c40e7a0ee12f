package org.hetal.spark.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.PluginContext;

/** The driver's part: its own gauges, and those of the last report of each executor. */
final class DriverGauges implements DriverPlugin {
  private final Map<String, Map<?, ?>> reports = new ConcurrentHashMap<>();
  private MetricRegistry registry;

  @Override
  public Map<String, String> init(SparkContext spark, PluginContext context) {
    registry = context.metricRegistry();
    return Map.of();
  }

  @Override
  public void registerMetrics(String application, PluginContext context) {
    EngineReports.register(context.metricRegistry());
  }

  @Override
  public Object receive(Object message) {
    if (message instanceof Map<?, ?> report
        && report.get(EngineReports.EXECUTOR) instanceof String executor) {
      if (reports.put(executor, report) == null) {
        report.keySet().forEach(name -> register(executor, String.valueOf(name)));
      }
    }
    return null; // nobody asks for an answer
  }

  private void register(String executor, String name) {
    if (!name.equals(EngineReports.EXECUTOR)) {
      registry.register(
          MetricRegistry.name("executor_" + executor, name),
          (Gauge<Object>) () -> reports.get(executor).get(name));
    }
  }
}
