package org.hetal.owner.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.hetal.owner.data.PreparedData;
import org.hetal.plan.Schedule;
import org.hetal.softmax.Softmax;
import org.hetal.training.EarlyStopping;
import org.hetal.training.EpochMetrics;
import org.hetal.training.PlainTrainer;

/**
 * Searches a schedule in the clear: the one with the least predicted time on ciphertexts whose
 * validation accuracy is within {@link #TOLERANCE} of the best that any schedule reaches.
 *
 * <p>Tried are learning rates, sizes of minibatches, numbers of epochs and the softmax's logit
 * ranges. Each learning rate and size is trained once, with the widest range, which tells the
 * accuracy after each epoch. Then the schedules that are accurate enough are trained once more with
 * the fewest epochs and the narrowest range, from the cheapest on, until one keeps its logits in
 * the range: at most {@link EarlyStopping#SAFE_SHARE} of it.
 */
final class ScheduleSearch {
  /** Below the best validation accuracy. */
  static final double TOLERANCE = 0.002;

  /**
   * Tried beside that of the settings. Rows have a norm of at most 1, which bounds what is sane.
   */
  private static final List<Double> RATES =
      List.of(0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0);

  /** Of the rows of a minibatch of the settings. */
  private static final double[] SIZES = {0.5, 1, 2, 4};

  private final PreparedData data;
  private final Schedule usual;
  private final int classes;
  private final Pricing pricing;
  private final Map<List<Integer>, Optional<Price>> prices = new HashMap<>();

  /** Plans schedules and predicts their times. */
  interface Pricing {
    /** Empty when no parameter set has the levels. */
    Optional<Price> of(Schedule schedule);
  }

  /**
   * What a schedule takes on ciphertexts.
   *
   * @param largestWeight that a bootstrap carries
   * @param costs where the costs come from
   */
  record Price(
      String parameterSet,
      int bootstraps,
      double minutesPerEpoch,
      double largestWeight,
      String costs) {}

  /**
   * A schedule and its time on ciphertexts.
   *
   * @param accuracy of the validation rows at its last epoch, 0 to 1
   */
  record Found(Schedule schedule, double accuracy, Price price) {
    double minutes() {
      return schedule.epochs() * price.minutesPerEpoch();
    }
  }

  /**
   * What a search found.
   *
   * @param trainings in the clear
   * @param bestAccuracy of the validation rows that any schedule reached, 0 to 1
   * @param bySize the cheapest schedule of each size of minibatch that reaches that accuracy within
   *     the tolerance, by size
   */
  record Result(int trainings, double bestAccuracy, List<Found> bySize) {
    /** {@return the cheapest of all; empty when each was too inaccurate} */
    Optional<Found> cheapest() {
      return bySize.stream().min(Comparator.comparingDouble(Found::minutes));
    }
  }

  /** One learning rate and size, trained with the widest range. */
  private record Trial(Schedule schedule, PlainTrainer.Result result) {
    double bestAccuracy() {
      return bestEpochs().stream().mapToDouble(EpochMetrics::accuracy).max().orElse(0);
    }

    /** Those whose weights a training that ends with them returns. */
    List<EpochMetrics> bestEpochs() {
      return result.epochs().stream().filter(epoch -> epoch.decision().best()).toList();
    }

    /** The largest logit of a validation row in the first epochs. */
    double largestLogit(int epochs) {
      return result.epochs().stream()
          .limit(epochs)
          .mapToDouble(EpochMetrics::largestLogit)
          .max()
          .orElse(0);
    }
  }

  /**
   * @param usual schedule of the settings: rows, patience, the usual size of a minibatch, the most
   *     epochs with it
   */
  ScheduleSearch(PreparedData data, Schedule usual, int classes, Pricing pricing) {
    this.data = data;
    this.usual = usual;
    this.classes = classes;
    this.pricing = pricing;
  }

  /**
   * Searches. Cost: a training in the clear for each of up to 10 learning rates and 4 sizes, on all
   * processors, and a plan for each size and logit range that is looked at.
   *
   * @param progress told trainings done and of how many
   */
  Result run(BiConsumer<Integer, Integer> progress) {
    List<Schedule> tried = schedules();
    AtomicInteger done = new AtomicInteger();
    Trial[] trials = new Trial[tried.size()];
    IntStream.range(0, trials.length)
        .parallel()
        .forEach(
            i -> {
              trials[i] = new Trial(tried.get(i), train(tried.get(i)));
              progress.accept(done.incrementAndGet(), trials.length);
            });
    double best = Arrays.stream(trials).mapToDouble(Trial::bestAccuracy).max().orElse(0);
    Map<Integer, List<Trial>> bySize = new TreeMap<>();
    for (Trial trial : trials) {
      bySize.computeIfAbsent(trial.schedule().batchRows(), rows -> new ArrayList<>()).add(trial);
    }
    List<Found> found = new ArrayList<>();
    bySize.values().forEach(same -> cheapest(same, best - TOLERANCE).ifPresent(found::add));
    return new Result(trials.length, best, List.copyOf(found));
  }

  private List<Schedule> schedules() {
    List<Integer> ranges = Softmax.logitRanges(classes);
    TreeSet<Integer> sizes = new TreeSet<>();
    for (double factor : SIZES) {
      sizes.add((int) Math.max(1, Math.min(usual.rows(), factor * usual.batchRows())));
    }
    TreeSet<Double> rates = new TreeSet<>(RATES);
    rates.add(usual.learningRate());
    List<Schedule> out = new ArrayList<>();
    for (int size : sizes) {
      int epochs = epochs(usual, size);
      for (double rate : rates) {
        out.add(schedule(size, rate, epochs, ranges.get(ranges.size() - 1)));
      }
    }
    return out;
  }

  /**
   * Epochs with minibatches of another size: for larger ones as many more, so that they take as
   * many steps.
   *
   * @param usual the most epochs with its own size
   */
  static int epochs(Schedule usual, int batchRows) {
    return (int) Math.ceil(usual.epochs() * Math.max(1, batchRows / (double) usual.batchRows()));
  }

  private Schedule schedule(int batchRows, double rate, int epochs, int range) {
    return new Schedule(
        usual.rows(),
        batchRows,
        rate,
        epochs,
        usual.patience(),
        range,
        usual.groupsPerMicrobatch());
  }

  private PlainTrainer.Result train(Schedule schedule) {
    EarlyStopping stopping =
        new EarlyStopping(
            data.validationLabels(), classes, schedule.patience(), schedule.logitRange());
    return new PlainTrainer(schedule, classes)
        .train(data.train(), data.trainLabels(), data.validation(), stopping);
  }

  /** Of schedules with the same size of minibatch. */
  private Optional<Found> cheapest(List<Trial> trials, double least) {
    PriorityQueue<Found> open =
        new PriorityQueue<>(
            Comparator.comparingDouble(Found::minutes)
                .thenComparing(each -> each.schedule().learningRate()));
    for (Trial trial : trials) {
      trial.bestEpochs().stream()
          .filter(epoch -> epoch.accuracy() >= least)
          .findFirst()
          .flatMap(
              epoch ->
                  narrowest(
                      trial.schedule(),
                      epoch,
                      trial.largestLogit(epoch.epoch()) / EarlyStopping.SAFE_SHARE))
          .ifPresent(open::add);
    }
    while (!open.isEmpty()) {
      Found next = open.poll();
      Schedule schedule = next.schedule();
      PlainTrainer.Result result = train(schedule);
      if (isSafe(result, next)) {
        return Optional.of(next);
      }
      candidate(schedule, next.accuracy(), schedule.logitRange() + 1).ifPresent(open::add);
    }
    return Optional.empty();
  }

  private static boolean isSafe(PlainTrainer.Result result, Found candidate) {
    Schedule schedule = candidate.schedule();
    return result.bestEpoch() == schedule.epochs()
        && result.largestTrainingLogit() <= EarlyStopping.SAFE_SHARE * schedule.logitRange()
        && result.largestWeight() <= candidate.price().largestWeight();
  }

  /** With no more epochs than it takes and a range of at least so much. */
  private Optional<Found> narrowest(Schedule schedule, EpochMetrics epoch, double range) {
    Schedule shorter =
        schedule(
            schedule.batchRows(), schedule.learningRate(), epoch.epoch(), schedule.logitRange());
    return candidate(shorter, epoch.accuracy(), range);
  }

  private Optional<Found> candidate(Schedule schedule, double accuracy, double range) {
    for (int wide : Softmax.logitRanges(classes)) {
      if (wide >= range) {
        Schedule with =
            schedule(schedule.batchRows(), schedule.learningRate(), schedule.epochs(), wide);
        Optional<Price> price = price(with);
        if (price.isPresent()) {
          return Optional.of(new Found(with, accuracy, price.get()));
        }
      }
    }
    return Optional.empty();
  }

  /** Levels and operations do not depend on learning rate and epochs. */
  private Optional<Price> price(Schedule schedule) {
    List<Integer> key = List.of(schedule.batchRows(), schedule.logitRange());
    return prices.computeIfAbsent(key, unused -> pricing.of(schedule));
  }
}
