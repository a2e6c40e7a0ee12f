package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong is said before keys are made; dev/clusters_test.sh runs the command. */
class ScalingCommandTest {
  @ParameterizedTest
  @CsvSource({
    "--microbatches, 0, 'expected at least 1, actual 0, 3, 64'",
    "--iterations, 0, 'expected at least 1, actual 4, 0, 64'",
    "--synthetic-features, 0, 'expected at least 1, actual 4, 3, 0'",
    "--executors, '2,0', '--executors: expected at least 1, actual [2, 0]'"
  })
  void wrongNumber_isRefused(String option, String value, String said) {
    CommandRun run =
        CommandRun.of("bench", "scaling", "-s", "parameters=insecure_n10_l12", option, value);
    assertEquals(78, run.status(), run.output());
    assertTrue(run.output().contains(said), run.output());
  }
}
