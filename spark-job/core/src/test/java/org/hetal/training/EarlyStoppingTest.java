package org.hetal.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class EarlyStoppingTest {
  private static final double RANGE = 32;

  /** Two classes, one row of label 0; a margin of m gives the loss log(1 + exp(-m)). */
  private static double[][] margin(double m) {
    return new double[][] {{m / 2, -m / 2}};
  }

  private static EarlyStopping decide(int patience) {
    return new EarlyStopping(new int[] {0}, 2, patience, RANGE);
  }

  @Test
  void loss_isTheMeanCrossEntropy() {
    EarlyStopping stopping = new EarlyStopping(new int[] {2, 0}, 3, 1, RANGE);
    EpochMetrics j = stopping.decide(1, new double[][] {{0, 0, 0}, {Math.log(2), 0, 0}});
    assertEquals((Math.log(3) + Math.log(2)) / 2, j.loss(), 1e-12);
    assertEquals(0.5, j.accuracy(), 0);
    assertEquals(Math.log(2), j.largestLogit(), 1e-12);
    assertEquals(Math.log(2) / 3, j.drift(), 1e-12);
  }

  @Test
  void loss_ofHugeLogits_isFinite() {
    EarlyStopping stopping = new EarlyStopping(new int[] {1}, 2, 1, 1e4);
    assertEquals(1000, stopping.decide(1, new double[][] {{500, -500}}).loss(), 1e-9);
  }

  @Test
  void patience_countsFromTheBestEpoch() {
    EarlyStopping stopping = decide(2);
    assertTrue(stopping.decide(1, margin(1)).decision().best());
    assertTrue(stopping.decide(2, margin(3)).decision().best());
    StopDecision worse = stopping.decide(3, margin(2)).decision();
    assertFalse(worse.best());
    assertFalse(worse.stop());
    StopDecision stop = stopping.decide(4, margin(2.5)).decision();
    assertTrue(stop.stop());
    assertFalse(stop.best());
    assertTrue(stop.reason().contains("epoch 2"), stop.reason());
  }

  @Test
  void anEqualLoss_isNoBetter() {
    EarlyStopping stopping = decide(1);
    stopping.decide(1, margin(1));
    StopDecision second = stopping.decide(2, margin(1)).decision();
    assertFalse(second.best());
    assertTrue(second.stop());
  }

  @Test
  void logitsNearTheRange_stopWithTheEpochStillTheBest() {
    EarlyStopping stopping = decide(5);
    double safe = EarlyStopping.SAFE_SHARE * RANGE;
    assertFalse(stopping.decide(1, margin(3)).decision().stop());
    StopDecision stop = stopping.decide(2, margin(2 * safe + 0.1)).decision();
    assertTrue(stop.stop());
    assertTrue(stop.best());
    assertTrue(stop.reason().contains("range"), stop.reason());
  }

  @Test
  void commonDrift_countsAsALogit() {
    double high = EarlyStopping.SAFE_SHARE * RANGE + 0.5;
    EpochMetrics j = decide(5).decide(1, new double[][] {{high, high}});
    assertEquals(high, j.drift(), 1e-12);
    assertTrue(j.decision().stop());
  }

  @Test
  void divergedLogits_stopAndAreNeverTheBest() {
    for (double bad : new double[] {RANGE + 1, Double.NaN, Double.POSITIVE_INFINITY}) {
      StopDecision decision = decide(5).decide(1, new double[][] {{bad, 0}}).decision();
      assertTrue(decision.stop(), "logit " + bad);
      assertFalse(decision.best(), "logit " + bad);
    }
  }

  @Test
  void reasons_tellNoLoss() {
    EarlyStopping stopping = decide(1);
    EpochMetrics first = stopping.decide(1, margin(1));
    EpochMetrics second = stopping.decide(2, margin(0.5));
    assertFalse(
        second.decision().reason().contains(String.format(Locale.ROOT, "%.3f", first.loss())));
    assertFalse(
        second.decision().reason().contains(String.format(Locale.ROOT, "%.3f", second.loss())));
  }

  @Test
  void decidingAnEpochAgain_givesTheSameAnswers() {
    double[] margins = {1, 3, 2, 2.5};
    EarlyStopping stopping = decide(2);
    List<EpochMetrics> first = new ArrayList<>();
    for (int i = 0; i < margins.length; i++) {
      first.add(stopping.decide(i + 1, margin(margins[i])));
    }
    for (int i = 1; i < margins.length; i++) {
      assertEquals(first.get(i), stopping.decide(i + 1, margin(margins[i])));
    }
    assertEquals(first, stopping.history());
  }

  @Test
  void restarted_goesOnFromItsHistory() {
    EarlyStopping stopping = decide(2);
    stopping.decide(1, margin(3));
    stopping.decide(2, margin(2));
    EarlyStopping restarted = new EarlyStopping(new int[] {0}, 2, 2, RANGE, stopping.history());
    assertEquals(stopping.decide(3, margin(1)), restarted.decide(3, margin(1)));
    assertTrue(restarted.history().get(2).decision().stop());
  }

  @Test
  void skippedEpoch_throws() {
    EarlyStopping stopping = decide(1);
    String message =
        assertThrows(IllegalArgumentException.class, () -> stopping.decide(2, margin(1)))
            .getMessage();
    assertEquals("epoch: expected 1 to 1, actual 2", message);
  }

  @Test
  void wrongShape_throws() {
    assertThrows(IllegalArgumentException.class, () -> decide(1).decide(1, new double[2][2]));
    assertThrows(IllegalArgumentException.class, () -> decide(1).decide(1, new double[1][3]));
    assertThrows(
        IllegalArgumentException.class, () -> new EarlyStopping(new int[] {2}, 2, 1, RANGE));
  }
}
