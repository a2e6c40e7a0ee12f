package org.hetal.owner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.command.Units;
import org.hetal.plan.Schedule;

/** What {@code hetal plan --search} prints. */
final class SearchTable {
  private static final double SECONDS_PER_MINUTE = 60;

  private SearchTable() {}

  /** Lines for people. */
  static List<String> lines(ScheduleSearch.Result result) {
    List<String> out = new ArrayList<>();
    out.add(
        String.format(
            Locale.ROOT,
            "search                  %d trainings in the clear; best validation accuracy %.2f %%; the"
                + " cheapest within %.1f %% of it for each size of minibatch:",
            result.trainings(),
            100 * result.bestAccuracy(),
            100 * ScheduleSearch.TOLERANCE));
    out.add(
        "  batch-rows  learning-rate  logit-range  epochs  iterations  accuracy  bootstraps  set"
            + "         time");
    result.bySize().forEach(found -> out.add(line(found)));
    if (result.cheapest().isEmpty()) {
      out.add("  none keeps its logits in a range of the softmax");
      return out;
    }
    ScheduleSearch.Found best = result.cheapest().get();
    Schedule schedule = best.schedule();
    out.add(
        String.format(
            Locale.ROOT,
            "cheapest schedule       %s on one worker like that of %s: --set"
                + " training.batch-rows=%d --set training.learning-rate=%s --set"
                + " training.logit-range=%d --set training.epochs=%d",
            Units.duration(SECONDS_PER_MINUTE * best.minutes()),
            best.price().costs(),
            schedule.batchRows(),
            rate(schedule),
            schedule.logitRange(),
            schedule.epochs()));
    return out;
  }

  private static String line(ScheduleSearch.Found found) {
    Schedule schedule = found.schedule();
    return String.format(
        Locale.ROOT,
        "  %10d  %13s  %11d  %6d  %10d  %6.2f %%  %10d  %-10s  %s",
        schedule.batchRows(),
        rate(schedule),
        schedule.logitRange(),
        schedule.epochs(),
        schedule.steps(),
        100 * found.accuracy(),
        found.price().bootstraps(),
        found.price().parameterSet(),
        Units.duration(SECONDS_PER_MINUTE * found.minutes()));
  }

  private static String rate(Schedule schedule) {
    double rate = schedule.learningRate();
    return rate == Math.rint(rate) ? Long.toString((long) rate) : Double.toString(rate);
  }
}
