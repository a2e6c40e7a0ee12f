package org.hetal.owner.keys;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hetal.planner.CostModel;
import org.hetal.planner.CostsByThreads;

/**
 * The costs of the engine on the project's own machines, for a first estimate: the entries that a
 * plan uses of the files of the same names in {@code he-native/cpp/bench/results}. Those of two
 * threads are of one machine and one commit for all sets, so that sets can be compared by them.
 * Those of other numbers of threads may be of other machines; a plan prints the files. A set that
 * was not measured with as many threads as {@value #MOST_MEASURED} is estimated to gain by more
 * threads what that one does.
 */
public final class ShippedCosts {
  private static final String FOLDER = "he-native/cpp/bench/results/";

  /** Two cores are what most estimates are of. */
  private static final int USUAL_THREADS = 2;

  private static final String MOST_MEASURED = "n16_l12";

  private static final Map<String, Map<Integer, String>> FILES =
      Map.of(
          MOST_MEASURED,
          Map.of(
              1, "n16_l12_1_thread.json",
              2, "n16_l12_2_threads_epyc.json",
              16, "n16_l12_16_threads.json"),
          "n16_l14",
          Map.of(
              1, "n16_l14_1_thread.json",
              2, "n16_l14_2_threads.json"));

  private ShippedCosts() {}

  /** {@return the sets that were measured, sorted by name} */
  public static List<String> sets() {
    return FILES.keySet().stream().sorted().toList();
  }

  /**
   * The costs with two threads on two cores with AVX-512-IFMA.
   *
   * @param parameterSet its name
   * @return empty for a set that was not measured
   */
  public static Optional<CostModel> of(String parameterSet) {
    return byThreads(parameterSet).map(costs -> costs.at(USUAL_THREADS));
  }

  /**
   * The costs with 1 to 16 threads, measured or estimated.
   *
   * @param parameterSet its name
   * @return empty for a set that was not measured
   */
  public static Optional<CostsByThreads> byThreads(String parameterSet) {
    if (!FILES.containsKey(parameterSet)) {
      return Optional.empty();
    }
    CostsByThreads own = measured(parameterSet);
    return Optional.of(
        parameterSet.equals(MOST_MEASURED) ? own : own.continuedLike(measured(MOST_MEASURED)));
  }

  private static CostsByThreads measured(String parameterSet) {
    Map<Integer, CostModel> out = new TreeMap<>();
    FILES.get(parameterSet).forEach((threads, file) -> out.put(threads, read(file, parameterSet)));
    return new CostsByThreads(out);
  }

  private static CostModel read(String file, String parameterSet) {
    try (InputStream in = ShippedCosts.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the jar of the owner lacks " + file);
      }
      return BenchFile.costs(FOLDER + file, in.readAllBytes(), parameterSet);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }
}
