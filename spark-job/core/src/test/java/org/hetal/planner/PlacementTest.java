package org.hetal.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.hetal.he.Parameters;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.plan.Levels;
import org.hetal.softmax.Softmax;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The counts by which the parameter sets were chosen (docs/benchmarks.md, Parameter sets). */
class PlacementTest {
  private static int bootstraps(int usableLevels, int classes, int squarings) {
    Parameters parameters = SimulatedParameters.named("insecure_simulator_n16_l" + usableLevels);
    Levels levels = Placement.of(parameters, classes, squarings);
    return Placement.bootstraps(parameters, classes, squarings, levels) + 1;
  }

  @ParameterizedTest
  @CsvSource({
    // classes, logit range, bootstraps with 9 to 15 usable levels
    "2, 32, 3332222",
    "2, 64, 3333222",
    "2, 128, 4333322",
    "3, 32, 3332222",
    "3, 64, 4333322",
    "3, 128, 4333332",
    "4, 32, 3333222",
    "4, 64, 4433322",
    "4, 128, 4433332",
    "5, 32, 3333322",
    "5, 64, 4433332",
    "5, 128, 4443333",
    "7, 32, 3333322",
    "7, 64, 4433332",
    "7, 128, 4443333",
    "16, 32, 3333322",
    "16, 64, 4433332",
    "16, 128, 4443333",
    "32, 32, 5433333",
    "32, 64, 5543333",
    "32, 128, 6544433",
    "64, 32, 5543333",
    "64, 64, 5544333",
    "64, 128, 6644443"
  })
  void bootstrapsOfAnIteration_areAsDocumented(int classes, int logitRange, String counts) {
    int squarings = Softmax.squarings(logitRange);
    int[] actual =
        IntStream.rangeClosed(9, 15).map(l -> bootstraps(l, classes, squarings)).toArray();
    assertEquals(
        counts, IntStream.of(actual).mapToObj(Integer::toString).reduce("", String::concat));
  }
}
