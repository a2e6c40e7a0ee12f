package org.hetal.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;

/**
 * Trains the SNIPS intents (7 classes, 384 features and a bias) on the simulator, with the ring,
 * the levels and the noise of the default parameters, and in the clear, and prints both. Not a
 * test: it wants the data's folder and minutes.
 *
 * <p>Arguments: the folder, a learning rate, a number of epochs; then {@code exact} for a simulator
 * without noise.
 */
final class SnipsSimulation {
  private static final int RING_DEGREE = 1 << 16;
  static final int CLASSES = 7;
  static final int BATCH_ROWS = 1024;
  static final int SQUARINGS = 6;

  final Samples train;
  final Samples validation;
  final Samples test;

  SnipsSimulation(Path folder) throws IOException {
    train = split(folder, "train");
    validation = split(folder, "validation");
    test = split(folder, "test");
  }

  private static Samples split(Path folder, String name) throws IOException {
    return new Samples(
        NpyFile.features(folder.resolve(name + "_features.npy"), Samples.BIAS),
        NpyFile.labels(folder.resolve(name + "_labels.npy")));
  }

  /** Whole minibatches only, as in the data's reference table. */
  Schedule schedule(double learningRate, int epochs) {
    int rows = train.rows().length / BATCH_ROWS * BATCH_ROWS;
    return new Schedule(rows, BATCH_ROWS, learningRate, epochs, epochs, SQUARINGS, 1);
  }

  Judge judge(Schedule schedule) {
    return new Judge(validation.labels(), CLASSES, schedule.patience(), schedule.logitRange());
  }

  double[][] trainingRows(Schedule schedule) {
    return Arrays.copyOf(train.rows(), schedule.rows());
  }

  int[] trainingLabels(Schedule schedule) {
    return Arrays.copyOf(train.labels(), schedule.rows());
  }

  PlainTrainer.Result plain(Schedule schedule) {
    return new PlainTrainer(schedule, CLASSES)
        .train(
            trainingRows(schedule), trainingLabels(schedule), validation.rows(), judge(schedule));
  }

  static String line(String what, Judgement last, double testAccuracy, double largestLogit) {
    return String.format(
        Locale.ROOT,
        "%-10s epochs %2d  validation loss %.5f  accuracy %.2f %%  test %.2f %%  largest logit %.1f",
        what,
        last.epoch(),
        last.loss(),
        100 * last.accuracy(),
        100 * testAccuracy,
        largestLogit);
  }

  private Samples trainingSamples(Schedule schedule) {
    return new Samples(trainingRows(schedule), trainingLabels(schedule));
  }

  private double testAccuracy(double[][] weights) {
    return PlainTrainer.accuracy(test.rows(), test.labels(), weights);
  }

  /** Test rows on whose class two models agree. */
  private int agreeing(double[][] a, double[][] b) {
    double[][] left = PlainTrainer.logits(test.rows(), a);
    double[][] right = PlainTrainer.logits(test.rows(), b);
    int same = 0;
    for (int i = 0; i < left.length; i++) {
      same += Judge.largestIndex(left[i]) == Judge.largestIndex(right[i]) ? 1 : 0;
    }
    return same;
  }

  private void encrypted(Schedule schedule, Noise noise, double[][] plainWeights) {
    SimulatedParameters parameters = SimulatedParameters.withRingDegree(RING_DEGREE);
    try (SimulatedTraining training =
        new SimulatedTraining(
            parameters, noise, schedule, CLASSES, trainingSamples(schedule), validation)) {
      System.out.println(training.plan.layout());
      System.out.println(training.plan.levels());
      System.out.println("operations an iteration " + training.plan.iteration());
      System.out.println("operations of a validation " + training.plan.validation());
      long start = System.nanoTime();
      TrainingResult result =
          training.run(
              CheckpointStore.inMemory(),
              new TrainingListener() {
                @Override
                public void epoch(EpochEvent e) {
                  Judgement j = training.judge.history().get(e.epoch() - 1);
                  System.out.printf("epoch %d: %s, %.0f s%n", e.epoch(), j, e.seconds());
                }
              });
      double[][] weights = training.weights(result.best());
      List<Judgement> history = training.judge.history();
      Judgement last = history.get(history.size() - 1);
      System.out.println(line("encrypted", last, testAccuracy(weights), last.largestLogit()));
      System.out.printf(
          "the same class for %d of %d test rows; %.1f s an iteration on the simulator%n",
          agreeing(plainWeights, weights),
          test.rows().length,
          (System.nanoTime() - start) * 1e-9 / result.steps());
    }
  }

  public static void main(String[] arguments) throws IOException {
    SnipsSimulation snips = new SnipsSimulation(Path.of(arguments[0]));
    Schedule schedule =
        snips.schedule(Double.parseDouble(arguments[1]), Integer.parseInt(arguments[2]));
    boolean exact = arguments.length > 3 && arguments[3].equals("exact");
    PlainTrainer.Result plain = snips.plain(schedule);
    snips.encrypted(schedule, exact ? Noise.NONE : Noise.MEASURED, plain.best());
    System.out.println(
        line(
            "plain",
            plain.epochs().get(plain.epochs().size() - 1),
            snips.testAccuracy(plain.best()),
            plain.largestTrainingLogit()));
  }
}
