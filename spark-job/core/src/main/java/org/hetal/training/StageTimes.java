package org.hetal.training;

/** Told how long a stage of a task took. Called on the thread of the task. */
@FunctionalInterface
public interface StageTimes {
  /** Keeps nothing. */
  StageTimes NONE = (stage, nanoseconds) -> {};

  /**
   * Tells the time of a stage.
   *
   * @param stage that ended
   * @param nanoseconds that it took
   */
  void add(TaskStage stage, long nanoseconds);

  /**
   * Ends a stage.
   *
   * @param stage that ends
   * @param start {@link System#nanoTime()} at its start
   * @return {@link System#nanoTime()} now, at which the next stage starts
   */
  default long end(TaskStage stage, long start) {
    long now = System.nanoTime();
    add(stage, now - start);
    return now;
  }
}
