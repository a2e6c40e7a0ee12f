package org.hetal.planner;

import org.hetal.he.Parameters;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.plan.DataShape;
import org.hetal.plan.Levels;
import org.hetal.plan.LossPlan;
import org.hetal.plan.PlannedParameters;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.plan.ValidationMetric;
import org.hetal.softmax.Softmax;
import org.hetal.softmax.SoftmaxPlan;

/**
 * Finds a training's plan before any key exists: the cheapest layout, levels with the fewest
 * bootstraps and then the lowest levels, and, by a dry run on the simulator, the keys, operations
 * and memory. The result depends on the arguments only. It takes about a second.
 */
public final class TrainingPlanner {
  private TrainingPlanner() {}

  /**
   * Plans with the cheapest layout.
   *
   * @param classes 2 to {@link Layout#MAX_CLASSES}
   * @param shape of the prepared rows; its training rows are those of the schedule
   * @throws IllegalArgumentException when the numbers do not fit each other
   * @throws org.hetal.he.HeLevelException when the parameters leave too few levels
   */
  public static TrainingPlan plan(
      Parameters parameters,
      Schedule schedule,
      DataShape shape,
      int classes,
      Preprocessing preprocessing) {
    return plan(parameters, schedule, shape, classes, preprocessing, ValidationMetric.LOGITS);
  }

  /**
   * As {@link #plan(Parameters, Schedule, DataShape, int, Preprocessing)}, with a metric.
   *
   * @param metric that the validation oracle decides by
   * @throws IllegalArgumentException when the numbers do not fit each other
   * @throws org.hetal.he.HeLevelException when the parameters leave too few levels
   */
  public static TrainingPlan plan(
      Parameters parameters,
      Schedule schedule,
      DataShape shape,
      int classes,
      Preprocessing preprocessing,
      ValidationMetric metric) {
    Layout layout = cheapestLayout(parameters, schedule.batch(0).rows(), shape, classes, metric);
    return plan(parameters, layout, schedule, shape.validationRows(), preprocessing, metric);
  }

  /**
   * The layout in which training costs least. Where the validation loss is computed on ciphertexts,
   * the validation rows are one group if they can be, so that they share the bootstraps of one.
   * Where bootstraps of slots that repeat are not cheaper, groups fill all slots.
   *
   * @param batchRows of a full minibatch
   * @param classes 2 to {@link Layout#MAX_CLASSES}
   * @throws IllegalArgumentException when the numbers do not fit each other
   */
  public static Layout cheapestLayout(
      Parameters parameters, int batchRows, DataShape shape, int classes, ValidationMetric metric) {
    int groupRows = metric == ValidationMetric.LOGITS ? batchRows : shape.validationRows();
    if (!parameters.hasSparseBootstraps()) {
      groupRows = parameters.slotCount();
    }
    return LayoutSearch.cheapest(
        parameters.slotCount(), batchRows, shape.features(), classes, groupRows);
  }

  /**
   * Plans with a given layout.
   *
   * @param layout with as many slots as the parameters
   * @param validationRows at least 1
   * @throws IllegalArgumentException when the numbers do not fit each other
   * @throws org.hetal.he.HeLevelException when the parameters leave too few levels
   */
  public static TrainingPlan plan(
      Parameters parameters,
      Layout layout,
      Schedule schedule,
      int validationRows,
      Preprocessing preprocessing) {
    return plan(
        parameters, layout, schedule, validationRows, preprocessing, ValidationMetric.LOGITS);
  }

  /**
   * As {@link #plan(Parameters, Layout, Schedule, int, Preprocessing)}, with a metric.
   *
   * @param metric that the validation oracle decides by
   * @throws IllegalArgumentException when the numbers do not fit each other
   * @throws org.hetal.he.HeLevelException when the parameters leave too few levels
   */
  public static TrainingPlan plan(
      Parameters parameters,
      Layout layout,
      Schedule schedule,
      int validationRows,
      Preprocessing preprocessing,
      ValidationMetric metric) {
    return plan(parameters, layout, schedule, validationRows, preprocessing, metric, null);
  }

  /**
   * Plans with a given layout for data of several owners, each of any number of rows. The metric is
   * {@link ValidationMetric#ENCRYPTED_LOSS}.
   *
   * @param layout with as many slots as the parameters
   * @param schedule whose rows are an estimate
   * @param validationRows an estimate, at least 1
   * @param commonPreparation SHA-256 of the preparation that the owners share, in hexadecimal
   * @throws IllegalArgumentException when the numbers do not fit each other
   * @throws org.hetal.he.HeLevelException when the parameters leave too few levels
   */
  public static TrainingPlan joint(
      Parameters parameters,
      Layout layout,
      Schedule schedule,
      int validationRows,
      Preprocessing preprocessing,
      String commonPreparation) {
    return plan(
        parameters,
        layout,
        schedule,
        validationRows,
        preprocessing,
        ValidationMetric.ENCRYPTED_LOSS,
        commonPreparation);
  }

  private static TrainingPlan plan(
      Parameters parameters,
      Layout layout,
      Schedule schedule,
      int validationRows,
      Preprocessing preprocessing,
      ValidationMetric metric,
      String commonPreparation) {
    if (layout.slots() != parameters.slotCount() || validationRows < 1) {
      throw new IllegalArgumentException(
          "plan: expected a layout of "
              + parameters.slotCount()
              + " slots and at least 1 validation row, actual "
              + layout.slots()
              + " and "
              + validationRows);
    }
    requireLogitRange(layout.classes(), schedule.logitRange());
    Levels levels = Placement.of(parameters, layout.classes(), schedule.squarings());
    SoftmaxPlan softmax =
        SoftmaxPlan.of(
            parameters, layout.classes(), schedule.squarings(), levels.logits(), levels.residual());
    LossPlan loss =
        metric == ValidationMetric.LOGITS
            ? null
            : Placement.ofLoss(parameters, layout.classes(), schedule.squarings(), levels);
    DryRun training =
        DryRun.ofTraining(
            parameters,
            layout,
            schedule,
            validationRows,
            levels,
            softmax,
            loss,
            commonPreparation != null);
    DryRun prediction = DryRun.ofValidation(parameters, layout, validationRows, levels);
    return new TrainingPlan(
        PlannedParameters.of(parameters),
        layout,
        schedule,
        validationRows,
        preprocessing,
        levels,
        softmax,
        training.keys(),
        prediction.keys(),
        training.iteration(),
        training.validation(),
        training.memory(),
        loss,
        commonPreparation);
  }

  private static void requireLogitRange(int classes, int logitRange) {
    if (!Softmax.logitRanges(classes).contains(logitRange)) {
      throw new IllegalArgumentException(
          "logit range for "
              + classes
              + " classes: expected one of "
              + Softmax.logitRanges(classes)
              + ", actual "
              + logitRange);
    }
  }
}
