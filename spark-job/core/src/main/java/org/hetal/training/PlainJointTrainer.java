package org.hetal.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.plan.Interleaving;
import org.hetal.plan.RowRange;
import org.hetal.plan.Schedule;
import org.hetal.plan.ValidationMetric;

/**
 * A training on the rows of several owners in the clear: same minibatches in the same order as on
 * ciphertexts, same validation loss. Only who has the rows of all owners can compute it: tests, and
 * a demo that made these rows.
 */
public final class PlainJointTrainer {
  private PlainJointTrainer() {}

  /**
   * The rows of one owner.
   *
   * @param rows to train on, [rows][features], with the bias column
   * @param labels of these, 0 to classes - 1
   * @param validationRows to validate with, [rows][features]
   * @param validationLabels of these
   */
  public record Part(
      double[][] rows, int[] labels, double[][] validationRows, int[] validationLabels) {}

  /**
   * Trains until the schedule ends or early stopping ends it. Cost as of {@link
   * PlainTrainer#train}.
   *
   * @param schedule of the plan; its number of rows is not used
   * @param classes at least 2
   * @param parts in the order in which the cluster interleaves them, at least one
   * @return weights and metrics
   */
  public static PlainTrainer.Result train(Schedule schedule, int classes, List<Part> parts) {
    List<Schedule> schedules =
        parts.stream().map(part -> schedule.withRows(part.rows().length)).toList();
    List<double[]> rows = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    List<Integer> minibatches = new ArrayList<>();
    for (Interleaving.Place place :
        Interleaving.of(schedules.stream().map(Schedule::batches).toList())) {
      Part part = parts.get(place.owner());
      RowRange range = schedules.get(place.owner()).batch(place.minibatch());
      rows.addAll(List.of(range.of(part.rows())));
      Arrays.stream(range.of(part.labels())).forEach(labels::add);
      minibatches.add(range.rows());
    }
    int[] validationLabels =
        parts.stream().flatMapToInt(part -> Arrays.stream(part.validationLabels())).toArray();
    Schedule all = schedule.withRows(rows.size());
    return PlainTrainer.joint(all, classes, minibatches)
        .train(
            rows.toArray(double[][]::new),
            labels.stream().mapToInt(Integer::intValue).toArray(),
            parts.stream()
                .flatMap(part -> Stream.of(part.validationRows()))
                .toArray(double[][]::new),
            EarlyStopping.inTheClear(
                validationLabels, classes, ValidationMetric.ENCRYPTED_LOSS, all));
  }
}
