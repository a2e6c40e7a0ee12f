package org.hetal.plan;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;
import org.hetal.packing.Layout;
import org.hetal.softmax.SoftmaxPlan;

/**
 * Everything that key generation, encryption, training, validation and prediction must agree on.
 * {@code TrainingPlanner} makes it before any key exists; every later step reads it and plans
 * nothing again. It holds no secret: no labels, no statistics of the data.
 *
 * <p>The constructor checks every number against its range and against the others, so a plan that
 * exists can be executed.
 *
 * @param parameters the CKKS parameter set
 * @param layout of features, logits and weights
 * @param schedule minibatches, epochs, learning rate, range of the logits, training rows
 * @param validationRows at least 1
 * @param preprocessing how the owner prepares rows
 * @param levels of everything that crosses a boundary
 * @param softmax where the softmax bootstraps; the state is bootstrapped once per iteration at
 *     {@link Levels#refresh()}: weights and look-ahead point as one ciphertext where the layout has
 *     room for two forms, else as a pair for each compact ciphertext
 * @param keys exactly the evaluation keys that training, validation and prediction use, each with
 *     the highest level of its use
 * @param predictionKeys those of {@code keys} that validation and prediction use
 * @param iteration operations of one full minibatch
 * @param validation operations of one epoch's validation
 * @param memory that ciphertexts and plaintexts take while an engine trains
 * @param loss levels of the validation loss on ciphertexts; null where the validation oracle gets
 *     logits
 * @param commonPreparation where several owners bring data: SHA-256 of the preparation that they
 *     share, 64 hexadecimal digits; null where one owner prepares all rows. With it the rows of
 *     {@code schedule} and {@code validationRows} are an estimate: each data set has its own
 * @serial exclude
 */
public record TrainingPlan(
    PlannedParameters parameters,
    Layout layout,
    Schedule schedule,
    int validationRows,
    Preprocessing preprocessing,
    Levels levels,
    SoftmaxPlan softmax,
    KeyPlan keys,
    KeyPlan predictionKeys,
    OperationCounts iteration,
    OperationCounts validation,
    MemoryEstimate memory,
    LossPlan loss,
    String commonPreparation)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The first line of the canonical text: kind and version. */
  private static final String TITLE = "hetal training plan 1";

  /**
   * Checks every number against its range and against the others.
   *
   * @param parameters with as many slots as {@code layout}
   * @param layout with the classes of {@code softmax}
   * @param schedule with the squarings of {@code softmax}
   * @param validationRows 1 to {@link Schedule#MOST_ROWS}
   * @param preprocessing not null
   * @param levels each one of {@code parameters}
   * @param softmax from {@code levels.logits()} to {@code levels.residual()}
   * @param keys of existing rotations and levels
   * @param predictionKeys a part of {@code keys}
   * @param iteration with as many bootstraps as layout, schedule and softmax give
   * @param validation not null
   * @param memory not null
   * @param loss null, or of {@code parameters} and {@code softmax}
   * @param commonPreparation null, or a digest; then {@code loss} is not null
   * @throws IllegalArgumentException naming the field, with the expected and the actual value
   */
  public TrainingPlan {
    Checks.present("parameters", parameters);
    Checks.present("layout", layout);
    Checks.present("schedule", schedule);
    Checks.present("preprocessing", preprocessing);
    Checks.present("levels", levels);
    Checks.present("softmax", softmax);
    Checks.present("keys", keys);
    Checks.present("predictionKeys", predictionKeys);
    Checks.present("iteration", iteration);
    Checks.present("validation", validation);
    Checks.present("memory", memory);
    Checks.range("validationRows", validationRows, 1, Schedule.MOST_ROWS);
    Checks.equal("layout.slots", parameters.slotCount(), layout.slots());
    levels.require(parameters);
    requireSoftmax(parameters, layout, schedule, levels, softmax);
    if (loss != null) {
      loss.require(parameters, levels, softmax);
    }
    if (commonPreparation != null) {
      Checks.matches("commonPreparation", commonPreparation, "[0-9a-f]{64}");
      Checks.present("loss, with several owners", loss);
    }
    PlannedKeys.require("keys", keys, parameters);
    PlannedKeys.require("predictionKeys", predictionKeys, parameters);
    PlannedKeys.requireContained(predictionKeys, keys);
    if (layout.copies() > 1) {
      requireRepeatingKeys(layout, levels, parameters, keys);
    }
    long bootstraps = bootstraps(layout, schedule, softmax);
    Checks.equal("iteration.bootstrap", bootstraps, iteration.bootstrap());
    Checks.range("iteration.bootstrap", bootstraps, 1, Integer.MAX_VALUE);
  }

  /**
   * Compares canonical texts.
   *
   * @param other any object
   * @return whether it is a plan of the same {@link #canonical()} text
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof TrainingPlan plan && canonical().equals(plan.canonical());
  }

  @Override
  public int hashCode() {
    return canonical().hashCode();
  }

  private static void requireSoftmax(
      PlannedParameters parameters,
      Layout layout,
      Schedule schedule,
      Levels levels,
      SoftmaxPlan softmax) {
    Checks.equal("softmax.classes", layout.classes(), softmax.classes());
    Checks.equal("softmax.squarings", schedule.squarings(), softmax.squarings());
    Checks.equal("softmax.inputLevel", levels.logits(), softmax.inputLevel());
    Checks.equal("softmax.outputLevel", levels.residual(), softmax.outputLevel());
    softmax.require(
        parameters.bootstrapInputLevel(),
        parameters.bootstrapOutputLevel(),
        parameters.bootstrapBound());
  }

  /** {@return whether several owners bring data, encrypted with a public key} */
  public boolean isJoint() {
    return commonPreparation != null;
  }

  /** {@return the rows that the plan counts} */
  public RowCounts rowCounts() {
    return new RowCounts(
        IntStream.range(0, schedule.batches()).mapToObj(i -> schedule.batch(i).rows()).toList(),
        validationRows);
  }

  /**
   * What the sum over a minibatch's rows of residual times features is multiplied by. With one
   * owner it becomes the mean over the minibatch. With several it becomes the sum divided by the
   * rows of a full minibatch, so that the short last minibatch of an owner counts by its rows.
   *
   * @param rows of the minibatch
   * @return for {@code GradientService.gradient}
   */
  public double gradientFactor(int rows) {
    return schedule.gradientFactor(isJoint() ? schedule.batchRows() : rows);
  }

  /**
   * Row blocks that a group of so many rows is encrypted in.
   *
   * @param rows 1 to {@code layout.rowsPerGroup()}
   * @return with several owners a power of two, since there are keys for those alone
   */
  public int rowBlocks(int rows) {
    return isJoint() ? layout.rowBlocksOfAnyGroup(rows) : layout.rowBlocks(rows);
  }

  /** Where logits and weights repeat, both are bootstrapped by the keys of one period. */
  private static void requireRepeatingKeys(
      Layout layout, Levels levels, PlannedParameters parameters, KeyPlan keys) {
    Checks.that(
        keys.sparseBootstraps().contains(layout.period()),
        "keys.sparseBootstraps",
        layout.period() + " slots, the period of the layout",
        keys.sparseBootstraps());
    Checks.that(
        hasRotationsOfTwoForms(layout, levels, parameters, keys),
        "keys.rotations",
        "those by "
            + layout.rowsToSecond()
            + " and "
            + (layout.slots() - layout.rowsToSecond())
            + ", between weights and look-ahead point",
        keys.rotations().keySet());
  }

  private static boolean hasRotationsOfTwoForms(
      Layout layout, Levels levels, PlannedParameters parameters, KeyPlan keys) {
    int rows = layout.rowsToSecond();
    return keys.rotations().getOrDefault(rows, -1) >= parameters.bootstrapOutputLevel()
        && keys.rotations().getOrDefault(layout.slots() - rows, -1) >= levels.refresh();
  }

  private static long bootstraps(Layout layout, Schedule schedule, SoftmaxPlan softmax) {
    long groups = ceilDiv(schedule.batch(0).rows(), layout.rowsPerGroup());
    long atOnce = layout.sharesBootstraps() ? schedule.groupsPerMicrobatch() : 1;
    return layout.compactCiphertexts() + ceilDiv(groups, atOnce) * softmax.bootstraps();
  }

  private static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }

  /** {@return what the validation oracle decides by} */
  public ValidationMetric metric() {
    return loss == null ? ValidationMetric.LOGITS : ValidationMetric.ENCRYPTED_LOSS;
  }

  /**
   * The plan of the validation loss on ciphertexts.
   *
   * @return never null
   * @throws IllegalArgumentException when the validation oracle gets logits
   */
  public LossPlan requireLoss() {
    if (loss == null) {
      throw new IllegalArgumentException(
          "plan: expected one with early-stopping.metric encrypted-loss, actual logits");
    }
    return loss;
  }

  /**
   * Whether weights and look-ahead point are refreshed as one ciphertext, not as a pair.
   *
   * @return whether the layout has room for two forms, and the keys have both rotations between
   *     them; plans of earlier releases lack the keys
   */
  public boolean refreshesAsOne() {
    return layout.hasRoomForTwo() && hasRotationsOfTwoForms(layout, levels, parameters, keys);
  }

  /**
   * Bootstraps of a full minibatch, over all its microbatches and the refresh of the state.
   *
   * @return at least 1; a pair counts once
   */
  public int bootstrapsPerIteration() {
    return Math.toIntExact(iteration.bootstrap());
  }

  /**
   * Rows to which a group to be predicted is filled up with zeros, so that it needs no keys but the
   * planned ones.
   *
   * @param rows 1 to {@code layout.rowsPerGroup()}
   * @return whole row blocks, a power of two of them
   * @throws IllegalArgumentException for a number of rows out of range
   */
  public int predictionRows(int rows) {
    return layout.rowBlocksOfAnyGroup(rows) * layout.rowsPerBlock();
  }

  /**
   * Checks that a part uses the planned parameter set.
   *
   * @param actual the parameters of keys, ciphertexts or an evaluator
   * @throws IllegalArgumentException unless the part works with the parameters that were planned
   *     for
   */
  public void requireParameters(Parameters actual) {
    parameters.require(actual);
  }

  /**
   * The identity of this plan, which keys, data sets, models and checkpoints carry.
   *
   * @return SHA-256 of {@link #canonical()} in UTF-8, 64 lower-case hexadecimal digits
   */
  public String digest() {
    try {
      byte[] text = canonical().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** {@return all that was agreed, one line per number or word in a fixed order} */
  public String canonical() {
    CanonicalText text = new CanonicalText(TITLE);
    parameters.appendTo(text);
    text.add("layout.slots", layout.slots())
        .add("layout.rowsPerBlock", layout.rowsPerBlock())
        .add("layout.classes", layout.classes())
        .add("layout.features", layout.features())
        .add("layout.babySteps", layout.babySteps());
    if (layout.copies() > 1) { // the text of plans without copies is that of earlier releases
      text.add("layout.rowsPerGroup", layout.rowsPerGroup());
    }
    schedule.appendTo(text);
    text.add("validationRows", validationRows);
    preprocessing.appendTo(text);
    levels.appendTo(text);
    text.add("softmax", softmax);
    PlannedKeys.appendTo(text, "keys", keys);
    PlannedKeys.appendTo(text, "predictionKeys", predictionKeys);
    iteration.appendTo(text, "iteration");
    validation.appendTo(text, "validation");
    memory.appendTo(text);
    if (loss != null) { // the text of plans without it is that of earlier releases
      loss.appendTo(text);
    }
    if (commonPreparation != null) {
      text.add("commonPreparation", commonPreparation);
    }
    return text.toString();
  }
}
