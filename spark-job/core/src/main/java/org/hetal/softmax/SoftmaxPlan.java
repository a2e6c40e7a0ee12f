package org.hetal.softmax;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.he.HeLevelException;
import org.hetal.he.Parameters;

/**
 * Where the chain is bootstrapped: the fewest bootstraps that take logits from one level to
 * probabilities at another, each as late as possible. A late bootstrap's error is amplified least.
 * Of several chains the plan takes the one with the fewest bootstraps, then the one with the fewest
 * levels. Levels that are left before a bootstrap are lost, so a longer chain can be cheaper. A
 * value is first dropped to the lowest level from which it reaches the next bootstrap, because
 * operations are cheaper at lower levels.
 *
 * @param classes 2 to 64
 * @param squarings k, 4 to 7 (to 6 for up to 4 classes)
 * @param inputLevel of the scaled logits
 * @param outputLevel of the probabilities, exactly
 * @param steps the stages in order and the end
 * @serial exclude
 */
public record SoftmaxPlan(
    int classes, int squarings, int inputLevel, int outputLevel, List<Step> steps)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * One stage of the chain, or the end of it.
   *
   * @param stage its name; {@code "probabilities"} for the end
   * @param refreshed whether a bootstrap comes before it
   * @param startLevel to which its input is dropped
   * @param endLevel of its result
   * @param bound the largest magnitude of its input
   * @serial exclude
   */
  public record Step(String stage, boolean refreshed, int startLevel, int endLevel, double bound)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private static final int IMPOSSIBLE = 1 << 20;

  /** Bounds are computed in doubles, which another Java may round in another way. */
  private static final double BOUND_ROUNDING = 1e-9;

  private static final String END = "probabilities";

  /**
   * Copies the list; {@link #require} checks it.
   *
   * @param classes 2 to 64
   * @param squarings k, 4 to 7 (to 6 for up to 4 classes)
   * @param inputLevel of the scaled logits
   * @param outputLevel of the probabilities, exactly
   * @param steps the stages in order and the end
   */
  public SoftmaxPlan {
    steps = List.copyOf(steps);
  }

  /**
   * Finds the plan with the fewest bootstraps, for logits that are multiplied by {@link
   * #logitFactor} where they are computed.
   *
   * @param parameters levels and bound of a bootstrap
   * @param classes 2 to 64
   * @param squarings 4 to 7 (to 6 for up to 4 classes)
   * @param inputLevel of the scaled logits
   * @param outputLevel of the probabilities, exactly
   * @return the plan
   * @throws HeLevelException when no number of bootstraps does it
   */
  public static SoftmaxPlan of(
      Parameters parameters, int classes, int squarings, int inputLevel, int outputLevel) {
    return place(parameters, Chain.choices(classes, squarings), inputLevel, outputLevel).plan();
  }

  /**
   * As {@link #of}, with a {@link #logitFactor} of 1, for logits that are also used for something
   * else.
   *
   * @param parameters levels and bound of a bootstrap
   * @param classes 2 to 64
   * @param squarings 4 to 7 (to 6 for up to 4 classes)
   * @param inputLevel of the scaled logits
   * @param outputLevel of the probabilities, exactly
   * @return the plan
   * @throws HeLevelException when no number of bootstraps does it
   */
  public static SoftmaxPlan withFactorOne(
      Parameters parameters, int classes, int squarings, int inputLevel, int outputLevel) {
    List<Chain> choices =
        Chain.choices(classes, squarings).stream()
            .filter(chain -> chain.logitFactor() == 1)
            .toList();
    return place(parameters, choices, inputLevel, outputLevel).plan();
  }

  /** The fewest levels that a chain takes in all, from scaled logits to probabilities. */
  static int totalLevels(int classes, int squarings) {
    return Chain.choices(classes, squarings).get(0).levels();
  }

  /**
   * What the scaled logits x / 2^k are multiplied by before they enter: 1, or the factor that saves
   * the exponential a level.
   *
   * @return above 0, at most 1
   */
  public double logitFactor() {
    return chain().logitFactor();
  }

  /** {@return the bootstraps for one or two ciphertexts, as a pair is refreshed at once} */
  public int bootstraps() {
    return (int) steps.stream().filter(Step::refreshed).count();
  }

  /**
   * Checks a plan that was read from storage: its stages are those of a chain that this release
   * computes, and each level follows from the one before.
   *
   * @param bootstrapInputLevel the lowest level from which a bootstrap starts
   * @param bootstrapOutputLevel the level after a bootstrap
   * @param bootstrapBound the largest magnitude that a bootstrap carries
   * @throws IllegalArgumentException with the step, what is expected and what is there
   */
  public void require(int bootstrapInputLevel, int bootstrapOutputLevel, double bootstrapBound) {
    Chain chain = chain();
    int level = inputLevel;
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (step.refreshed()) {
        expect(i, "entering level", bootstrapInputLevel, level, level >= bootstrapInputLevel);
        expect(i, "bound", bootstrapBound, step.bound(), step.bound() <= bootstrapBound);
        expect(
            i,
            "refreshed",
            false,
            true,
            i == chain.stages().size() || chain.stages().get(i).refreshable());
        level = bootstrapOutputLevel;
      }
      expect(i, "startLevel", level, step.startLevel(), step.startLevel() <= level);
      expect(i, "endLevel", 0, step.endLevel(), step.endLevel() >= 0);
      level = step.endLevel();
    }
    expect(steps.size() - 1, "endLevel", outputLevel, level, level == outputLevel);
  }

  private void expect(int step, String what, Object expected, Object actual, boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException(
          "softmax.steps["
              + step
              + "]."
              + what
              + ": expected "
              + expected
              + ", actual "
              + actual
              + " in "
              + steps.get(step));
    }
  }

  /**
   * The chain whose stages these are.
   *
   * @throws IllegalArgumentException when this release has no such chain
   */
  Chain chain() {
    for (Chain chain : Chain.choices(classes, squarings)) {
      if (isOf(chain)) {
        return chain;
      }
    }
    throw new IllegalArgumentException(
        "softmax.steps: expected the stages of a softmax that this release computes for "
            + classes
            + " classes and "
            + squarings
            + " squarings, actual "
            + steps);
  }

  private boolean isOf(Chain chain) {
    List<Stage> stages = chain.stages();
    if (steps.size() != stages.size() + 1) {
      return false;
    }
    for (int i = 0; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      Step step = steps.get(i);
      if (!stage.name().equals(step.stage())
          || step.startLevel() - step.endLevel() != stage.levels()
          || !(Math.abs(step.bound() - stage.bound()) <= BOUND_ROUNDING * stage.bound())) {
        return false;
      }
    }
    Step end = steps.get(stages.size());
    return end.stage().equals(END) && end.startLevel() == end.endLevel() && end.bound() == 1;
  }

  /** A chain and where it is bootstrapped. */
  record Placed(Chain chain, SoftmaxPlan plan) {}

  /**
   * @param choices of one number of classes and squarings, fewest levels first
   */
  static Placed place(Parameters parameters, List<Chain> choices, int inputLevel, int outputLevel) {
    Chain best = null;
    Search bestSearch = null;
    int fewest = IMPOSSIBLE;
    if (outputLevel >= 0 && inputLevel >= 0 && inputLevel <= parameters.maxLevel()) {
      for (Chain chain : choices) {
        Search search = new Search(parameters, chain.stages(), outputLevel);
        int bootstraps = search.fewest(0, inputLevel);
        if (bootstraps < fewest) {
          fewest = bootstraps;
          best = chain;
          bestSearch = search;
        }
      }
    }
    if (best == null) {
      throw new HeLevelException(
          String.format(
              Locale.ROOT,
              "softmax of %d classes, %d squarings, with %s: no plan from level %d to level %d"
                  + " (bootstraps go from %d to %d)",
              choices.get(0).classes(),
              choices.get(0).squarings(),
              parameters.name(),
              inputLevel,
              outputLevel,
              parameters.bootstrapInputLevel(),
              parameters.bootstrapOutputLevel()));
    }
    return new Placed(
        best,
        new SoftmaxPlan(
            best.classes(),
            best.squarings(),
            inputLevel,
            outputLevel,
            bestSearch.steps(inputLevel)));
  }

  /** Exhaustive search with memoization over a dozen stages and a few dozen levels. */
  private static final class Search {
    private final Parameters parameters;
    private final List<Stage> stages;
    private final int outputLevel;
    private final int[][] memory;

    Search(Parameters parameters, List<Stage> stages, int outputLevel) {
      this.parameters = parameters;
      this.stages = stages;
      this.outputLevel = outputLevel;
      this.memory = new int[stages.size() + 1][parameters.maxLevel() + 1];
    }

    /** The fewest bootstraps from before stage i on, for a value at the level. */
    int fewest(int i, int level) {
      if (memory[i][level] == 0) {
        memory[i][level] = 1 + Math.min(straight(i, level), refreshing(i, level));
      }
      return memory[i][level] - 1;
    }

    private int straight(int i, int level) {
      if (i == stages.size()) {
        return level >= outputLevel ? 0 : IMPOSSIBLE;
      }
      int after = level - stages.get(i).levels();
      return after >= 0 ? fewest(i + 1, after) : IMPOSSIBLE;
    }

    private int refreshing(int i, int level) {
      boolean allowed =
          level >= parameters.bootstrapInputLevel()
              && (i == stages.size() || stages.get(i).refreshable())
              && bound(i) <= parameters.bootstrapBound();
      return allowed
          ? Math.min(IMPOSSIBLE, 1 + straight(i, parameters.bootstrapOutputLevel()))
          : IMPOSSIBLE;
    }

    private double bound(int i) {
      return i == stages.size() ? 1 : stages.get(i).bound();
    }

    List<Step> steps(int inputLevel) {
      int end = stages.size();
      boolean[] refreshed = new boolean[end + 1];
      int level = inputLevel;
      for (int i = 0; i <= end; i++) {
        refreshed[i] = straight(i, level) > fewest(i, level);
        level = refreshed[i] ? parameters.bootstrapOutputLevel() : level;
        level -= i < end ? stages.get(i).levels() : 0;
      }
      List<Step> backwards = new ArrayList<>();
      int needed = outputLevel;
      for (int i = end; i >= 0; i--) {
        int arriving = needed;
        needed += i < end ? stages.get(i).levels() : 0;
        String name = i < end ? stages.get(i).name() : END;
        backwards.add(0, new Step(name, refreshed[i], needed, arriving, bound(i)));
        needed = refreshed[i] ? parameters.bootstrapInputLevel() : needed;
      }
      return backwards;
    }
  }
}
