package org.hetal.he;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The evaluation keys that a computation needs, each with the highest level at which it is used, so
 * that no other key is generated and none is longer than needed. Bootstrapping's own rotations are
 * added by the key generator.
 *
 * @serial exclude
 */
public final class KeyPlan implements Serializable {
  private static final long serialVersionUID = 1L;
  private final TreeMap<Integer, Integer> levelOfSteps = new TreeMap<>();
  private int relinearizationLevel = -1;
  private int conjugationLevel = -1;
  private boolean bootstrap;
  private final TreeSet<Integer> sparseBootstraps = new TreeSet<>();

  /** A plan without keys. */
  public KeyPlan() {}

  /**
   * Adds a rotation.
   *
   * @param steps to the left, 1 to slotCount - 1
   * @param level at which it is used; the highest of several counts
   * @return this
   */
  public KeyPlan rotate(int steps, int level) {
    levelOfSteps.merge(steps, level, Math::max);
    return this;
  }

  /**
   * Adds relinearizations.
   *
   * @param level at which they are used; the highest of several counts
   * @return this
   */
  public KeyPlan relinearize(int level) {
    relinearizationLevel = Math.max(relinearizationLevel, level);
    return this;
  }

  /**
   * Adds conjugations.
   *
   * @param level at which they are used; the highest of several counts
   * @return this
   */
  public KeyPlan conjugate(int level) {
    conjugationLevel = Math.max(conjugationLevel, level);
    return this;
  }

  /**
   * Adds bootstraps of all slots, of one ciphertext or of pairs, whose own keys the key generator
   * knows.
   *
   * @return this
   */
  public KeyPlan bootstrap() {
    bootstrap = true;
    return this;
  }

  /**
   * Adds sparse bootstraps, whose own keys the key generator knows ({@link
   * Parameters#sparseBootstrapKeys}). With {@link Parameters#slotCount()} slots they are the
   * bootstraps of one ciphertext of all slots: fewer keys than those of {@link #bootstrap()}, which
   * pairs need.
   *
   * @param slots real slots refreshed at once: the slots of {@link Evaluator#bootstrap(Ciphertext,
   *     int)}, twice those of {@link Evaluator#bootstrapPair(Ciphertext, Ciphertext, int)}
   * @return this
   */
  public KeyPlan bootstrap(int slots) {
    sparseBootstraps.add(slots);
    return this;
  }

  /**
   * Adds all keys of another plan.
   *
   * @param other is not changed
   * @return this
   */
  public KeyPlan merge(KeyPlan other) {
    other.levelOfSteps.forEach(this::rotate);
    relinearize(other.relinearizationLevel);
    conjugate(other.conjugationLevel);
    bootstrap |= other.bootstrap;
    sparseBootstraps.addAll(other.sparseBootstraps);
    return this;
  }

  /** {@return steps to the left, ascending, each with its highest level; a view} */
  public Map<Integer, Integer> rotations() {
    return Collections.unmodifiableMap(levelOfSteps);
  }

  /** {@return the highest level of a relinearization; -1 for none} */
  public int relinearizationLevel() {
    return relinearizationLevel;
  }

  /** {@return the highest level of a conjugation; -1 for none} */
  public int conjugationLevel() {
    return conjugationLevel;
  }

  /** {@return whether the keys of bootstraps are needed, of all slots or sparse ones} */
  public boolean needsBootstrap() {
    return bootstrap || !sparseBootstraps.isEmpty();
  }

  /** {@return whether the keys of bootstraps of all slots, pairs included, are needed} */
  public boolean needsFullBootstrap() {
    return bootstrap;
  }

  /** {@return the real slots of each kind of sparse bootstrap, ascending; a view} */
  public Set<Integer> sparseBootstraps() {
    return Collections.unmodifiableSet(sparseBootstraps);
  }
}
