package org.hetal.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Trains the SNIPS intents (7 classes, 384 features and a bias) in the clear and prints what the
 * encrypted training is to be compared with. Not a test: it wants the data's folder.
 *
 * <p>Arguments: the folder, then a learning rate and a number of epochs.
 */
final class SnipsSimulation {
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

  public static void main(String[] arguments) throws IOException {
    SnipsSimulation snips = new SnipsSimulation(Path.of(arguments[0]));
    Schedule schedule =
        snips.schedule(Double.parseDouble(arguments[1]), Integer.parseInt(arguments[2]));
    PlainTrainer.Result plain = snips.plain(schedule);
    System.out.println(
        line(
            "plain",
            plain.epochs().get(plain.epochs().size() - 1),
            PlainTrainer.accuracy(snips.test.rows(), snips.test.labels(), plain.last()),
            plain.largestTrainingLogit()));
  }
}
