package org.hetal.tools.products;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StepClockTest {
  private long now;

  private void pass(double seconds) {
    now += Math.round(seconds * 1e9);
  }

  private StepClock clock(int steps, double longestSeconds) {
    return new StepClock(steps, steps, longestSeconds, () -> now);
  }

  @Test
  void allSteps_areMeasured() {
    StepClock clock = clock(4, 100);
    clock.start();
    pass(1);
    while (clock.next()) {
      pass(2);
      clock.untimed(
          () -> {
            pass(50);
            return 0;
          });
    }
    pass(3);
    clock.stop();
    pass(1000);
    assertEquals(12, clock.seconds(), 1e-6);
    assertFalse(clock.extrapolated());
  }

  @Test
  void tooManySteps_endAfterAPartAndAreExtrapolated() {
    StepClock clock = clock(1000, 120);
    clock.start();
    pass(1);
    while (clock.next()) {
      pass(0.5);
    }
    pass(3);
    clock.stop();
    assertTrue(clock.extrapolated());
    assertEquals(4, clock.done());
    assertEquals(6, clock.measuredSeconds(), 1e-6);
    assertEquals(504, clock.seconds(), 1e-6);
  }

  @Test
  void stepsThatFit_areAllDone() {
    StepClock clock = clock(200, 120);
    clock.start();
    while (clock.next()) {
      pass(0.5);
    }
    clock.stop();
    assertFalse(clock.extrapolated());
    assertEquals(100, clock.seconds(), 1e-6);
  }

  @Test
  void stopInsideAStep_throws() {
    StepClock clock = clock(2, 1);
    clock.start();
    clock.next();
    assertThrows(IllegalStateException.class, clock::stop);
  }
}
