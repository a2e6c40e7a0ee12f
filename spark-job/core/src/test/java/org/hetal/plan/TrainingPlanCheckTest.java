package org.hetal.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.KeyPlan;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.packing.Layout;
import org.hetal.planner.TrainingPlanner;
import org.hetal.softmax.SoftmaxPlan;
import org.junit.jupiter.api.Test;

/** A plan whose numbers do not fit each other cannot be made. */
class TrainingPlanCheckTest {
  private static final SimulatedParameters PARAMETERS = SimulatedParameters.withRingDegree(1 << 11);

  private static TrainingPlan plan(int validationRows) {
    Schedule schedule = new Schedule(300, 200, 2, 3, 2, 128, 2);
    return TrainingPlanner.plan(
        PARAMETERS,
        schedule,
        new DataShape(300, validationRows, 20),
        7,
        new Preprocessing(1, true, false, MissingValues.REFUSE, Scaling.MAX_ROW_NORM, 1));
  }

  private final TrainingPlan plan = plan(40);

  private TrainingPlan with(
      Layout layout, Levels levels, SoftmaxPlan softmax, KeyPlan keys, OperationCounts iteration) {
    return new TrainingPlan(
        plan.parameters(),
        layout,
        plan.schedule(),
        plan.validationRows(),
        plan.preprocessing(),
        levels,
        softmax,
        keys,
        plan.predictionKeys(),
        iteration,
        plan.validation(),
        plan.memory(),
        plan.loss(),
        plan.commonPreparation());
  }

  private void assertRefused(
      String message,
      Layout layout,
      Levels levels,
      SoftmaxPlan softmax,
      KeyPlan keys,
      OperationCounts iteration) {
    assertEquals(
        message,
        assertThrows(
                IllegalArgumentException.class,
                () -> with(layout, levels, softmax, keys, iteration))
            .getMessage());
  }

  /** Logits and weights that repeat are bootstrapped with the keys of one period. */
  @Test
  void planWhoseLogitsRepeat_hasTheKeysForIt() {
    Schedule schedule = new Schedule(80, 40, 2, 3, 2, 32, 2);
    TrainingPlan repeating =
        TrainingPlanner.plan(
            PARAMETERS, schedule, new DataShape(80, 300, 20), 3, Preprocessing.none());
    Layout layout = repeating.layout();
    assertTrue(layout.copies() > 1, layout.toString());
    assertTrue(repeating.refreshesAsOne());
    KeyPlan without = new KeyPlan();
    KeyPlan keys = repeating.keys();
    keys.rotations().forEach(without::rotate);
    without.relinearize(keys.relinearizationLevel()).conjugate(keys.conjugationLevel());
    String message = refusal(repeating, without.bootstrap(PARAMETERS.slotCount()));
    assertTrue(message.startsWith("keys.sparseBootstraps: expected " + layout.period()), message);
    KeyPlan apart = new KeyPlan().bootstrap(layout.period());
    keys.rotations()
        .forEach((steps, level) -> apart.rotate(steps, steps == layout.rowsToSecond() ? 0 : level));
    apart.relinearize(keys.relinearizationLevel()).conjugate(keys.conjugationLevel());
    assertTrue(refusal(repeating, apart).startsWith("keys.rotations: expected those by "));
  }

  private static String refusal(TrainingPlan plan, KeyPlan keys) {
    return assertThrows(
            IllegalArgumentException.class,
            () ->
                new TrainingPlan(
                    plan.parameters(),
                    plan.layout(),
                    plan.schedule(),
                    plan.validationRows(),
                    plan.preprocessing(),
                    plan.levels(),
                    plan.softmax(),
                    keys,
                    new KeyPlan(),
                    plan.iteration(),
                    plan.validation(),
                    plan.memory(),
                    plan.loss(),
                    plan.commonPreparation()))
        .getMessage();
  }

  /** Each group is bootstrapped alone where its logits repeat. */
  @Test
  void twoGroupsThatRepeat_takeTheBootstrapsOfEach() {
    Layout layout = new Layout(PARAMETERS.slotCount(), 64, 3, 4, 64);
    for (int atOnce = 1; atOnce <= 2; atOnce++) {
      TrainingPlan two =
          TrainingPlanner.plan(
              PARAMETERS,
              layout,
              new Schedule(128, 128, 1, 1, 1, 32, atOnce),
              10,
              Preprocessing.none());
      assertEquals(1 + 2 * two.softmax().bootstraps(), two.bootstrapsPerIteration());
    }
  }

  @Test
  void digest_dependsOnThePlanAlone() {
    assertEquals(plan.digest(), plan(40).digest());
    assertNotEquals(plan.digest(), plan(41).digest());
    assertEquals(64, plan.digest().length());
  }

  @Test
  void otherSlots_areRefused() {
    Layout layout = new Layout(512, plan.layout().rowsPerBlock(), 7, 20);
    assertRefused(
        "layout.slots: expected 1024, actual 512",
        layout,
        plan.levels(),
        plan.softmax(),
        plan.keys(),
        plan.iteration());
  }

  @Test
  void levelsThatDoNotFollow_areRefused() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new Levels(15, 12, 10, 8, 8, 8, 5, 3, 4, 2, 0))
            .getMessage();
    assertEquals("levels.gradient: expected 3 to 4, actual 5", message);
    Levels lowState = new Levels(14, 12, 10, 8, 8, 8, 4, 3, 4, 2, 0);
    assertRefused(
        "levels.state: expected 15, actual 14",
        plan.layout(),
        lowState,
        plan.softmax(),
        plan.keys(),
        plan.iteration());
  }

  @Test
  void bootstrapMovedToWhereTheLevelsDoNotReach_isRefused() {
    List<SoftmaxPlan.Step> steps = new ArrayList<>(plan.softmax().steps());
    int first = 0;
    while (!steps.get(first).refreshed()) {
      first++;
    }
    SoftmaxPlan.Step step = steps.get(first);
    steps.set(
        first,
        new SoftmaxPlan.Step(
            step.stage(), false, step.startLevel(), step.endLevel(), step.bound()));
    SoftmaxPlan moved =
        new SoftmaxPlan(7, 6, plan.softmax().inputLevel(), plan.softmax().outputLevel(), steps);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> with(plan.layout(), plan.levels(), moved, plan.keys(), plan.iteration()))
            .getMessage();
    String field = "softmax.steps[" + first + "].startLevel: expected ";
    assertEquals(field, message.substring(0, field.length()));
  }

  @Test
  void keysBeyondTheSetOrFewerThanPredictionNeeds_areRefused() {
    KeyPlan beyond = new KeyPlan().merge(plan.keys()).rotate(1024, 3);
    assertRefused(
        "keys.rotations: steps: expected 1 to 1023, actual 1024",
        plan.layout(),
        plan.levels(),
        plan.softmax(),
        beyond,
        plan.iteration());
    int steps = plan.predictionKeys().rotations().keySet().iterator().next();
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    with(
                        plan.layout(),
                        plan.levels(),
                        plan.softmax(),
                        new KeyPlan().bootstrap(),
                        plan.iteration()))
            .getMessage();
    String field = "predictionKeys.rotations." + steps + ": expected 0 to -1, actual ";
    assertEquals(field, message.substring(0, field.length()));
  }

  /** The loss also sums powers of the logits. */
  @Test
  void lossWhoseLogitsHaveAFactor_isRefused() {
    LossPlan loss =
        new LossPlan(15, 13, SoftmaxPlan.withFactorOne(PARAMETERS, 7, 6, 11, LossPlan.LOSS_LEVELS));
    loss.require(plan.parameters(), plan.levels(), plan.softmax());
    SoftmaxPlan softmax = SoftmaxPlan.of(PARAMETERS, 7, 6, 11, LossPlan.LOSS_LEVELS);
    LossPlan withFactor = new LossPlan(15, 13, softmax);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> withFactor.require(plan.parameters(), plan.levels(), plan.softmax()))
            .getMessage();
    assertEquals(
        "loss.softmax.logitFactor: expected 1.0, actual " + softmax.logitFactor(), message);
  }

  @Test
  void otherNumberOfBootstraps_isRefused() {
    OperationCounts one = new OperationCounts(0, 0, 0, 0, 0, 0, 0, 0, 1, 0);
    assertRefused(
        "iteration.bootstrap: expected "
            + plan.iteration().bootstrap()
            + ", actual "
            + (plan.iteration().bootstrap() + 1),
        plan.layout(),
        plan.levels(),
        plan.softmax(),
        plan.keys(),
        plan.iteration().plus(one));
  }

  @Test
  void logitRangeBeyondTheSoftmaxOfFewClasses_isRefused() {
    Schedule schedule = new Schedule(300, 200, 2, 3, 2, 256, 2);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    TrainingPlanner.plan(
                        PARAMETERS, schedule, new DataShape(300, 40, 20), 4, Preprocessing.none()))
            .getMessage();
    assertEquals("logit range for 4 classes: expected one of [32, 64, 128], actual 256", message);
  }
}
