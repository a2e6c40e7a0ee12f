package org.hetal.owner.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.config.SettingsException;
import org.hetal.format.Json;
import org.hetal.he.Parameters;
import org.hetal.he.owner.OwnerLibrary;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.ClusterEstimate;
import org.hetal.planner.CostModel;
import org.hetal.planner.CostsByThreads;
import org.hetal.planner.StepPieces;

/** What an iteration takes on different clusters, for {@code hetal plan --executors}. */
final class ClusterTable {
  /** Stages of the embedded Spark start within this. */
  private static final double STAGE_SECONDS = 0.05;

  private static final double BYTES_OF_GIGABIT = 1e9 / 8;

  private final TrainingPlan plan;
  private final List<Row> rows = new ArrayList<>();
  private final double gigabits;

  private record Row(
      int cores,
      CostModel costs,
      boolean isMeasured,
      ClusterEstimate estimate,
      double efficiency,
      double rowsPerSecond) {}

  /**
   * Simulates.
   *
   * @param cores of an executor, each a number of threads that the costs know or estimate
   * @param executors numbers of executors
   * @param gigabits per second of the network
   */
  ClusterTable(
      TrainingPlan plan,
      Parameters parameters,
      CostsByThreads costs,
      List<Integer> cores,
      List<Integer> executors,
      double gigabits) {
    this.plan = plan;
    this.gigabits = gigabits;
    StepPieces pieces = StepPieces.of(plan, parameters);
    ClusterEstimate.Network network = network(gigabits);
    for (int threads : cores) {
      CostModel model = at(costs, threads, plan.parameters().name());
      ClusterEstimate one = ClusterEstimate.fastest(pieces, model, 1, network);
      for (int count : executors) {
        ClusterEstimate estimate = ClusterEstimate.fastest(pieces, model, count, network);
        double rowsPerSecond = plan.schedule().batch(0).rows() / estimate.seconds();
        rows.add(
            new Row(
                threads,
                model,
                costs.isMeasured(threads),
                estimate,
                estimate.efficiency(one),
                rowsPerSecond));
      }
    }
  }

  /** A network of so many gigabits per second. */
  static ClusterEstimate.Network network(double gigabits) {
    return new ClusterEstimate.Network(gigabits * BYTES_OF_GIGABIT, STAGE_SECONDS);
  }

  private static CostModel at(CostsByThreads costs, int threads, String parameterSet) {
    try {
      return costs.at(threads);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          String.format(
              Locale.ROOT,
              "--cores: %s: %s; measure: hetal bench engine --set %s --threads %d --json FILE,"
                  + " then plan --costs FILE",
              parameterSet,
              e.getMessage(),
              parameterSet,
              threads),
          e);
    }
  }

  /** Lines for people. */
  List<String> lines() {
    List<String> out = new ArrayList<>();
    out.add(
        String.format(
            Locale.ROOT,
            "clusters                %d rows in %d microbatches per iteration; assumed: %s Gbit/s,"
                + " %s s to start a stage",
            plan.schedule().batch(0).rows(),
            rows.get(0).estimate().microbatches(),
            number(gigabits),
            number(STAGE_SECONDS)));
    Map<Integer, String> sources = new TreeMap<>();
    rows.forEach(
        row ->
            sources.put(
                row.cores(), (row.isMeasured() ? "" : "estimated, ") + row.costs().source()));
    sources.forEach(
        (cores, source) ->
            out.add(String.format(Locale.ROOT, "  costs for --cores %d: %s", cores, source)));
    out.add("  cores  costs      executors  split  s/iteration  rows/s  efficiency  limit");
    for (Row row : rows) {
      out.add(
          String.format(
              Locale.ROOT,
              "  %5d  %-9s  %9d  %5d  %11.2f  %6.0f  %9.0f%%  %s",
              row.cores(),
              row.isMeasured() ? "measured" : "estimated",
              row.estimate().executors(),
              row.estimate().split(),
              row.estimate().seconds(),
              row.rowsPerSecond(),
              100 * row.efficiency(),
              row.estimate().limit()));
    }
    return out;
  }

  /** The same as JSON. */
  byte[] json() {
    ObjectNode out = Json.object();
    out.put("name", "cluster_estimate");
    out.put("command", "./hetal plan --executors N --cores N --json FILE");
    out.put("commit", OwnerLibrary.commit());
    out.put("parameter_set", plan.parameters().name());
    out.put("batch_rows", plan.schedule().batch(0).rows());
    out.put("features", plan.layout().features());
    out.put("classes", plan.layout().classes());
    out.put("network_gigabits_per_second", gigabits);
    out.put("stage_seconds", STAGE_SECONDS);
    ArrayNode all = out.putArray("clusters");
    for (Row row : rows) {
      ClusterEstimate estimate = row.estimate();
      ObjectNode one = all.addObject();
      one.put("cores", row.cores());
      one.put("costs", row.costs().source());
      one.put("estimated", !row.isMeasured());
      one.put("executors", estimate.executors());
      one.put("microbatches", estimate.microbatches());
      one.put("split", estimate.split());
      one.put("seconds", estimate.seconds());
      one.put("softmax_bootstrap_seconds", estimate.bootstraps());
      one.put("product_seconds", estimate.products());
      one.put("update_seconds", estimate.update());
      one.put("transfer_seconds", estimate.transfer());
      one.put("rows_per_second", row.rowsPerSecond());
      one.put("efficiency", row.efficiency());
      one.put("limit", estimate.limit());
    }
    return (out.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
