package org.hetal.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.IntStream;
import org.hetal.packing.Layout;
import org.hetal.training.Momentum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
  private static Schedule schedule(int rows, int batchRows, int groupsPerMicrobatch) {
    return new Schedule(rows, batchRows, 4, 5, 2, 128, groupsPerMicrobatch);
  }

  @Test
  void lastMinibatch_isShort() {
    Schedule schedule = schedule(13_084, 1024, 1);
    assertEquals(13, schedule.batches());
    assertEquals(new RowRange(0, 1024), schedule.batch(0));
    assertEquals(new RowRange(12_288, 796), schedule.batch(12));
    assertEquals(65, schedule.steps());
  }

  @Test
  void gradientFactor_dividesByTheRowsOfTheMinibatch() {
    Schedule schedule = schedule(1500, 1000, 1);
    assertEquals(4.0 / 1000 / 64, schedule.gradientFactor(schedule.batch(0).rows()), 1e-15);
    assertEquals(4.0 / 500 / 64, schedule.gradientFactor(schedule.batch(1).rows()), 1e-15);
    assertEquals(128, schedule.logitRange(), 0);
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "100,100,1", "100,33,1", "100,33,2", "129,128,2", "500,500,2", "7,64,1"})
  void units_coverEachRowOnceInOrder(int rows, int batchRows, int groupsPerMicrobatch) {
    Layout layout = new Layout(512, 16, 7, 5);
    Schedule schedule = schedule(rows, batchRows, groupsPerMicrobatch);
    List<Integer> seen =
        Partition.microbatches(schedule, layout).stream()
            .flatMap(microbatch -> microbatch.groups().stream())
            .flatMapToInt(group -> IntStream.range(group.first(), group.end()))
            .boxed()
            .toList();
    assertEquals(IntStream.range(0, rows).boxed().toList(), seen);
    for (Partition.MicrobatchRows microbatch : Partition.microbatches(schedule, layout)) {
      RowRange batch = schedule.batch(microbatch.batch());
      for (RowRange group : microbatch.groups()) {
        assertEquals(true, group.rows() <= layout.rowsPerGroup());
        assertEquals(true, group.first() >= batch.first() && group.end() <= batch.end());
      }
      assertEquals(true, microbatch.groups().size() <= groupsPerMicrobatch);
    }
  }

  @Test
  void badValues_areNamed() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new Schedule(10, 0, 1, 1, 1, 128, 1))
            .getMessage();
    assertEquals("schedule.batchRows: expected 1 to 268435456, actual 0", message);
    assertThrows(
        IllegalArgumentException.class, () -> new Schedule(10, 5, Double.NaN, 1, 1, 128, 1));
    assertThrows(IllegalArgumentException.class, () -> new Schedule(10, 5, 1, 1, 1, 128, 3));
    assertThrows(IllegalArgumentException.class, () -> new Schedule(10, 5, 1, 1, 1, 6, 1));
    assertThrows(IllegalArgumentException.class, () -> schedule(10, 5, 1).batch(2));
  }

  @Test
  void momentum_startsWithoutTheWeightsBefore() {
    assertEquals(0, Momentum.previousShare(Momentum.START), 0);
    double golden = (1 + Math.sqrt(5)) / 2;
    assertEquals(golden, Momentum.next(Momentum.START), 1e-15);
    assertEquals((1 - golden) / Momentum.next(golden), Momentum.previousShare(golden), 1e-15);
    double lambda = Momentum.START;
    for (int t = 0; t < 1000; t++) {
      lambda = Momentum.next(lambda);
    }
    assertEquals(-1, Momentum.previousShare(lambda), 0.01);
  }
}
