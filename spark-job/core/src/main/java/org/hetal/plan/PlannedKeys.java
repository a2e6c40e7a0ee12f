package org.hetal.plan;

import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;

/** Checks and canonical text of a plan's evaluation keys. */
final class PlannedKeys {
  private PlannedKeys() {}

  /**
   * @param field for the message
   * @throws IllegalArgumentException unless each rotation and each level exists
   */
  static void require(String field, KeyPlan keys, PlannedParameters parameters) {
    keys.rotations()
        .forEach(
            (steps, level) -> {
              Checks.range(field + ".rotations: steps", steps, 1, parameters.slotCount() - 1);
              Checks.range(field + ".rotations." + steps, level, 0, parameters.maxLevel());
            });
    Checks.range(
        field + ".relinearizationLevel", keys.relinearizationLevel(), -1, parameters.maxLevel());
    Checks.range(field + ".conjugationLevel", keys.conjugationLevel(), -1, parameters.maxLevel());
    int fewest = Math.min(Parameters.FEWEST_BOOTSTRAP_SLOTS, parameters.slotCount());
    for (int slots : keys.sparseBootstraps()) {
      Checks.powerOfTwo(field + ".sparseBootstraps", slots, fewest, parameters.slotCount());
    }
  }

  /**
   * @throws IllegalArgumentException unless {@code all} has every key of {@code some}
   */
  static void requireContained(KeyPlan some, KeyPlan all) {
    some.rotations()
        .forEach(
            (steps, level) ->
                Checks.range(
                    "predictionKeys.rotations." + steps,
                    level,
                    0,
                    all.rotations().getOrDefault(steps, -1)));
    Checks.range(
        "predictionKeys.relinearizationLevel",
        some.relinearizationLevel(),
        -1,
        all.relinearizationLevel());
    Checks.range(
        "predictionKeys.conjugationLevel", some.conjugationLevel(), -1, all.conjugationLevel());
    Checks.that(
        all.needsBootstrap() || !some.needsBootstrap(),
        "predictionKeys.bootstrap",
        "false as in keys",
        true);
  }

  static void appendTo(CanonicalText text, String name, KeyPlan keys) {
    keys.rotations().forEach((steps, level) -> text.add(name + ".rotations." + steps, level));
    text.add(name + ".relinearizationLevel", keys.relinearizationLevel())
        .add(name + ".conjugationLevel", keys.conjugationLevel())
        .add(name + ".bootstrap", keys.needsFullBootstrap());
    keys.sparseBootstraps().forEach(slots -> text.add(name + ".sparseBootstraps", slots));
  }
}
