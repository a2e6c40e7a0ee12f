package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.hetal.command.ExitCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoCommandTest {
  @ParameterizedTest
  @ValueSource(strings = {"1", "9", "0", "-3"})
  void numberOfOwnersOutOfRange_isRefused(String owners) {
    CommandRun run = CommandRun.of("demo", "--owners", owners);
    assertEquals(ExitCode.USAGE.status(), run.status(), run.output());
    assertTrue(run.output().contains("--owners: expected 2 to 8, actual " + owners), run.output());
  }
}
