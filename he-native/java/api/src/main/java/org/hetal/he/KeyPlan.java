package org.hetal.he;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rotations that a computation needs, each with the highest level at which it is used, so that
 * no other key is generated and none is longer than needed. Bootstrapping's own rotations are added
 * by the key generator.
 */
public final class KeyPlan implements Serializable {
  private static final long serialVersionUID = 1L;
  private final TreeMap<Integer, Integer> levelOfSteps = new TreeMap<>();
  private int relinearizationLevel = -1;
  private int conjugationLevel = -1;
  private boolean bootstrap;

  /**
   * Notes a rotation to the left by {@code steps} (normalised to 1..slots-1 by the caller) at a
   * level.
   */
  public KeyPlan rotate(int steps, int level) {
    levelOfSteps.merge(steps, level, Math::max);
    return this;
  }

  public KeyPlan relinearize(int level) {
    relinearizationLevel = Math.max(relinearizationLevel, level);
    return this;
  }

  public KeyPlan conjugate(int level) {
    conjugationLevel = Math.max(conjugationLevel, level);
    return this;
  }

  public KeyPlan bootstrap() {
    bootstrap = true;
    return this;
  }

  public KeyPlan merge(KeyPlan other) {
    other.levelOfSteps.forEach(this::rotate);
    relinearize(other.relinearizationLevel);
    conjugate(other.conjugationLevel);
    bootstrap |= other.bootstrap;
    return this;
  }

  /** Steps to highest level, ascending. */
  public Map<Integer, Integer> rotations() {
    return Collections.unmodifiableMap(levelOfSteps);
  }

  /** -1: none. */
  public int relinearizationLevel() {
    return relinearizationLevel;
  }

  /** -1: none. */
  public int conjugationLevel() {
    return conjugationLevel;
  }

  public boolean needsBootstrap() {
    return bootstrap;
  }
}
