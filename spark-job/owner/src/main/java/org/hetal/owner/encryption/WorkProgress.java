package org.hetal.owner.encryption;

/** Receives the progress of a long computation, for a progress bar. */
@FunctionalInterface
public interface WorkProgress {
  /**
   * @param done steps that are done
   * @param of steps in all
   */
  void accept(int done, int of);
}
