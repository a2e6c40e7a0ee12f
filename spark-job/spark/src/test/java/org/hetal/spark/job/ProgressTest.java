package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.hetal.command.ProgressBar;
import org.hetal.plan.Schedule;
import org.hetal.training.StopDecision;
import org.hetal.training.TrainingListener.EpochEvent;
import org.hetal.training.TrainingListener.StepEvent;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final Schedule SCHEDULE = new Schedule(40, 10, 1, 5, 2, 32, 1);
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String said() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private long now;

  private Progress progress(boolean terminal) {
    return new Progress(new ProgressBar(out, "train", terminal, () -> now));
  }

  @Test
  void step_inALog_isALineAtMostEveryTenSeconds() {
    Progress progress = progress(false);
    progress.started(SCHEDULE.epochs(), SCHEDULE.batches(), 0, 0);
    for (int step = 1; step <= 6; step++) {
      now += 4_000_000_000L;
      progress.step(new StepEvent(1, step - 1, 4, step, 3, 1));
    }
    assertEquals(2, said().lines().count(), said());
    String first = said().lines().findFirst().orElseThrow();
    assertEquals(
        "epoch 1/5  step 3/20  4.0 s per step  at most 1 min 08 s left, without validations",
        first);
  }

  @Test
  void step_onATerminal_redrawsTheBar() {
    Progress progress = progress(true);
    progress.started(SCHEDULE.epochs(), SCHEDULE.batches(), 2, 2 * SCHEDULE.batches());
    progress.step(new StepEvent(3, 1, 4, 10, 60, 60));
    assertTrue(said().contains("continuing after epoch 2 of 5"), said());
    assertTrue(said().contains("[############............]"), said());
    assertTrue(said().endsWith("the next step gives an estimate"), said());
  }

  @Test
  void step_afterTheFirstOne_estimatesWithoutItAndWithValidations() {
    Progress progress = progress(true);
    progress.started(SCHEDULE.epochs(), SCHEDULE.batches(), 0, 0);
    progress.step(new StepEvent(1, 0, 4, 1, 90, 0)); // opens keys
    progress.step(new StepEvent(1, 1, 4, 2, 4, 1));
    assertTrue(
        said().endsWith("5.0 s per step  at most 1 min 30 s left, without validations"), said());
    progress.epoch(new EpochEvent(1, 110, 5, 1, new StopDecision(false, true, "")));
    progress.step(new StepEvent(2, 0, 4, 5, 5, 0));
    // 15 steps of 5 s and 4 validations of 6 s.
    assertTrue(said().endsWith("at most 1 min 39 s left"), said());
  }

  @Test
  void epoch_saysWhatTheOracleAnswered() {
    Progress progress = progress(false);
    progress.started(SCHEDULE.epochs(), SCHEDULE.batches(), 0, 0);
    StopDecision decision = new StopDecision(true, true, "patience");
    progress.epoch(new EpochEvent(4, 300, 1, 1, decision));
    assertEquals(
        "epoch 4/5  5 min 00 s  validation oracle: stop, best so far (patience)", said().strip());
  }
}
