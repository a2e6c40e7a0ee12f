package org.hetal.tools.products;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Times a product whose work is a number of identical steps between a start and an end, and stops
 * it early when all steps would take too long. The time of all steps is then that of the steps
 * done, times their number over the steps done.
 */
final class StepClock {
  /** The part of the limit that is measured at least before the rest is left out. */
  private static final double SAMPLE = 1.0 / 60;

  private final int steps;
  private final int mostSteps;
  private final double longestSeconds;
  private final LongSupplier nanoTime;
  private Runnable onStart = () -> {};
  private long started;
  private long timed;
  private boolean running;
  private int begun;
  private boolean stepsEnded;
  private double beforeSteps;
  private double inSteps;

  /**
   * @param steps of the whole product, at least 1
   * @param mostSteps to do, at least 1
   * @param longestSeconds of the whole product; the steps end early above it
   */
  StepClock(int steps, int mostSteps, double longestSeconds) {
    this(steps, mostSteps, longestSeconds, System::nanoTime);
  }

  StepClock(int steps, int mostSteps, double longestSeconds, LongSupplier nanoTime) {
    this.steps = steps;
    this.mostSteps = mostSteps;
    this.longestSeconds = longestSeconds;
    this.nanoTime = nanoTime;
  }

  /** Run when the clock starts. */
  void onStart(Runnable action) {
    onStart = action;
  }

  void start() {
    onStart.run();
    resume();
  }

  void stop() {
    pause();
    if (begun > 0 && !stepsEnded) {
      throw new IllegalStateException("clock: expected the end of the steps, actual a step");
    }
  }

  /** Whether to do one more step; ends the one before. */
  boolean next() {
    double now = measuredSeconds();
    if (begun == 0) {
      beforeSteps = now;
    }
    inSteps = now - beforeSteps;
    boolean tooLong =
        begun > 0
            && beforeSteps + inSteps * steps / begun > longestSeconds
            && inSteps >= longestSeconds * SAMPLE;
    if (begun == steps || begun == mostSteps || tooLong) {
      stepsEnded = true;
      return false;
    }
    begun++;
    return true;
  }

  /** What is not part of the product, such as encryption of its inputs. */
  <T> T untimed(Supplier<T> action) {
    if (!running) {
      return action.get();
    }
    pause();
    try {
      return action.get();
    } finally {
      resume();
    }
  }

  /** The index of the step under way, from 0. */
  int step() {
    return begun - 1;
  }

  int done() {
    return begun;
  }

  int steps() {
    return steps;
  }

  boolean extrapolated() {
    return begun < steps;
  }

  /** What was measured. */
  double measuredSeconds() {
    return (timed + (running ? nanoTime.getAsLong() - started : 0)) * 1e-9;
  }

  /** Of all steps. */
  double seconds() {
    return extrapolated()
        ? measuredSeconds() - inSteps + inSteps * steps / begun
        : measuredSeconds();
  }

  private void resume() {
    running = true;
    started = nanoTime.getAsLong();
  }

  private void pause() {
    timed += nanoTime.getAsLong() - started;
    running = false;
  }
}
