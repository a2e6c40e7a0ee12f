package org.hetal.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final double RANGE = 32;

  /** Two classes, one row of label 0; a margin of m gives the loss log(1 + exp(-m)). */
  private static double[][] margin(double m) {
    return new double[][] {{m / 2, -m / 2}};
  }

  private static Judge judge(int patience) {
    return new Judge(new int[] {0}, 2, patience, RANGE);
  }

  @Test
  void loss_isTheMeanCrossEntropy() {
    Judge judge = new Judge(new int[] {2, 0}, 3, 1, RANGE);
    Judgement j = judge.judge(1, new double[][] {{0, 0, 0}, {Math.log(2), 0, 0}});
    assertEquals((Math.log(3) + Math.log(2)) / 2, j.loss(), 1e-12);
    assertEquals(0.5, j.accuracy(), 0);
    assertEquals(Math.log(2), j.largestLogit(), 1e-12);
    assertEquals(Math.log(2) / 3, j.drift(), 1e-12);
  }

  @Test
  void loss_ofHugeLogits_isFinite() {
    Judge judge = new Judge(new int[] {1}, 2, 1, 1e4);
    assertEquals(1000, judge.judge(1, new double[][] {{500, -500}}).loss(), 1e-9);
  }

  @Test
  void patience_countsFromTheBestEpoch() {
    Judge judge = judge(2);
    assertTrue(judge.judge(1, margin(1)).verdict().best());
    assertTrue(judge.judge(2, margin(3)).verdict().best());
    Verdict worse = judge.judge(3, margin(2)).verdict();
    assertFalse(worse.best());
    assertFalse(worse.stops());
    Verdict stop = judge.judge(4, margin(2.5)).verdict();
    assertTrue(stop.stops());
    assertFalse(stop.best());
    assertTrue(stop.reason().contains("epoch 2"), stop.reason());
  }

  @Test
  void anEqualLoss_isNoBetter() {
    Judge judge = judge(1);
    judge.judge(1, margin(1));
    Verdict second = judge.judge(2, margin(1)).verdict();
    assertFalse(second.best());
    assertTrue(second.stops());
  }

  @Test
  void logitsNearTheRange_stopWithTheEpochStillTheBest() {
    Judge judge = judge(5);
    double safe = Judge.SAFE_SHARE * RANGE;
    assertFalse(judge.judge(1, margin(3)).verdict().stops());
    Verdict stop = judge.judge(2, margin(2 * safe + 0.1)).verdict();
    assertTrue(stop.stops());
    assertTrue(stop.best());
    assertTrue(stop.reason().contains("range"), stop.reason());
  }

  @Test
  void commonDrift_countsAsALogit() {
    double high = Judge.SAFE_SHARE * RANGE + 0.5;
    Judgement j = judge(5).judge(1, new double[][] {{high, high}});
    assertEquals(high, j.drift(), 1e-12);
    assertTrue(j.verdict().stops());
  }

  @Test
  void divergedLogits_stopAndAreNeverTheBest() {
    for (double bad : new double[] {RANGE + 1, Double.NaN, Double.POSITIVE_INFINITY}) {
      Verdict verdict = judge(5).judge(1, new double[][] {{bad, 0}}).verdict();
      assertTrue(verdict.stops(), "logit " + bad);
      assertFalse(verdict.best(), "logit " + bad);
    }
  }

  @Test
  void reasons_tellNoLoss() {
    Judge judge = judge(1);
    Judgement first = judge.judge(1, margin(1));
    Judgement second = judge.judge(2, margin(0.5));
    assertFalse(
        second.verdict().reason().contains(String.format(Locale.ROOT, "%.3f", first.loss())));
    assertFalse(
        second.verdict().reason().contains(String.format(Locale.ROOT, "%.3f", second.loss())));
  }

  @Test
  void judgingAnEpochAgain_givesTheSameAnswers() {
    double[] margins = {1, 3, 2, 2.5};
    Judge judge = judge(2);
    List<Judgement> first = new ArrayList<>();
    for (int i = 0; i < margins.length; i++) {
      first.add(judge.judge(i + 1, margin(margins[i])));
    }
    for (int i = 1; i < margins.length; i++) {
      assertEquals(first.get(i), judge.judge(i + 1, margin(margins[i])));
    }
    assertEquals(first, judge.history());
  }

  @Test
  void restartedJudge_goesOnFromItsHistory() {
    Judge judge = judge(2);
    judge.judge(1, margin(3));
    judge.judge(2, margin(2));
    Judge restarted = new Judge(new int[] {0}, 2, 2, RANGE, judge.history());
    assertEquals(judge.judge(3, margin(1)), restarted.judge(3, margin(1)));
    assertTrue(restarted.history().get(2).verdict().stops());
  }

  @Test
  void skippedEpoch_throws() {
    Judge judge = judge(1);
    String message =
        assertThrows(IllegalArgumentException.class, () -> judge.judge(2, margin(1))).getMessage();
    assertEquals("judged epoch: expected 1 to 1, actual 2", message);
  }

  @Test
  void wrongShape_throws() {
    assertThrows(IllegalArgumentException.class, () -> judge(1).judge(1, new double[2][2]));
    assertThrows(IllegalArgumentException.class, () -> judge(1).judge(1, new double[1][3]));
    assertThrows(IllegalArgumentException.class, () -> new Judge(new int[] {2}, 2, 1, RANGE));
  }
}
