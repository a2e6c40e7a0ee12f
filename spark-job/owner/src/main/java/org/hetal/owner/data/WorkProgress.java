package org.hetal.owner.data;

/** Told how far long work is. */
@FunctionalInterface
public interface WorkProgress {
  void accept(int done, int of);
}
