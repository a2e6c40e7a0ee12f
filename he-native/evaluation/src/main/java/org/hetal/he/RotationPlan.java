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
public final class RotationPlan implements Serializable {
  private static final long serialVersionUID = 1L;
  private final TreeMap<Integer, Integer> levelOfSteps = new TreeMap<>();
  private int relinearizationLevel = -1;
  private int conjugationLevel = -1;
  private boolean bootstrap;

  /**
   * Notes a rotation to the left by {@code steps} (normalised to 1..slots-1 by the caller) at a
   * level.
   */
  public RotationPlan rotate(int steps, int level) {
    levelOfSteps.merge(steps, level, Math::max);
    return this;
  }

  public RotationPlan relinearize(int level) {
    relinearizationLevel = Math.max(relinearizationLevel, level);
    return this;
  }

  public RotationPlan conjugate(int level) {
    conjugationLevel = Math.max(conjugationLevel, level);
    return this;
  }

  public RotationPlan bootstrap() {
    bootstrap = true;
    return this;
  }

  public RotationPlan merge(RotationPlan other) {
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
