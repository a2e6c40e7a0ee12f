package org.hetal.he;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The evaluation keys that a computation needs, each with the highest level at which it is used, so
 * that no other key is generated and none is longer than needed. Bootstrapping's own rotations are
 * added by the key generator.
 */
public final class KeyPlan implements Serializable {
  private static final long serialVersionUID = 1L;
  private final TreeMap<Integer, Integer> levelOfSteps = new TreeMap<>();
  private int relinearizationLevel = -1;
  private int conjugationLevel = -1;
  private boolean bootstrap;

  /**
   * Adds a rotation.
   *
   * @param steps to the left, 1 to slotCount - 1
   * @param level at which it is used; the highest of several counts
   */
  public KeyPlan rotate(int steps, int level) {
    levelOfSteps.merge(steps, level, Math::max);
    return this;
  }

  /** Adds relinearizations at a level; the highest of several counts. */
  public KeyPlan relinearize(int level) {
    relinearizationLevel = Math.max(relinearizationLevel, level);
    return this;
  }

  /** Adds conjugations at a level; the highest of several counts. */
  public KeyPlan conjugate(int level) {
    conjugationLevel = Math.max(conjugationLevel, level);
    return this;
  }

  /** Adds bootstraps, whose own keys the key generator knows. */
  public KeyPlan bootstrap() {
    bootstrap = true;
    return this;
  }

  /** Adds all that another plan has. */
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

  /** The highest level of a relinearization; -1 for none. */
  public int relinearizationLevel() {
    return relinearizationLevel;
  }

  /** The highest level of a conjugation; -1 for none. */
  public int conjugationLevel() {
    return conjugationLevel;
  }

  /** Whether the keys of bootstraps are needed. */
  public boolean needsBootstrap() {
    return bootstrap;
  }
}
