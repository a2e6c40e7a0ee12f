package org.hetal.owner.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hetal.config.Settings;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.encryption.DecryptedModel;
import org.hetal.owner.table.DataException;
import org.hetal.plan.Schedule;
import org.hetal.training.EarlyStopping;
import org.hetal.training.PlainTrainer;

/**
 * The decrypted model beside the same training in the clear, on rows that neither saw.
 *
 * @param rows of the test split
 * @param accuracyEncrypted of the model that was trained on ciphertexts
 * @param accuracyPlain of the plain training: same minibatches, schedule and early stopping
 * @param balancedAccuracyEncrypted the mean over the classes of the test rows of the accuracy on
 *     their rows
 * @param balancedAccuracyPlain of the plain training
 * @param plainEpochs the plain training took
 * @param plainBestEpoch whose weights were tested
 * @param plainLosses validation loss by epoch
 * @param plainAccuracies validation accuracy by epoch
 * @param confusion test rows by label and predicted class of the model that was trained on
 *     ciphertexts, [label][predicted class]
 * @param warnings of the plain training, one line each, for people
 * @param largestWeightDifference between the two models, if they are of the same epoch
 */
public record Evaluation(
    int rows,
    double accuracyEncrypted,
    double accuracyPlain,
    double balancedAccuracyEncrypted,
    double balancedAccuracyPlain,
    int plainEpochs,
    int plainBestEpoch,
    List<Double> plainLosses,
    List<Double> plainAccuracies,
    int[][] confusion,
    List<String> warnings,
    double largestWeightDifference) {

  /**
   * Trains in the clear and tests both models.
   *
   * @throws DataException when there is no test split
   */
  public static Evaluation of(PreparedData data, Settings settings, DecryptedModel model) {
    if (data.test() == null) {
      throw new DataException("data.test: expected a test split to evaluate on, actual none");
    }
    if (model.weights()[0].length != data.preparation().features()) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "data: expected %d prepared features as in the model, actual %d",
              model.weights()[0].length,
              data.preparation().features()));
    }
    PlainTrainer.Result plain = trainPlain(data, settings);
    double difference = 0;
    for (int label = 0; label < model.weights().length; label++) {
      for (int i = 0; i < model.weights()[label].length; i++) {
        double gap = Math.abs(model.weights()[label][i] - plain.best()[label][i]);
        difference = Math.max(difference, gap);
      }
    }
    int[][] confusion = confusion(data, model.weights());
    return new Evaluation(
        data.test().length,
        PlainTrainer.accuracy(data.test(), data.testLabels(), model.weights()),
        PlainTrainer.accuracy(data.test(), data.testLabels(), plain.best()),
        balancedAccuracy(confusion),
        balancedAccuracy(confusion(data, plain.best())),
        plain.epochs().size(),
        plain.bestEpoch(),
        plain.epochs().stream().map(metrics -> metrics.loss()).toList(),
        plain.epochs().stream().map(metrics -> metrics.accuracy()).toList(),
        confusion,
        TrainingWarnings.of(
            plain, settings.training().schedule(data.train().length), settings.data().classes()),
        difference);
  }

  private static int[][] confusion(PreparedData data, double[][] weights) {
    int[][] counts = new int[weights.length][weights.length];
    double[][] logits = PlainTrainer.logits(data.test(), weights);
    for (int row = 0; row < logits.length; row++) {
      counts[data.testLabels()[row]][EarlyStopping.largestIndex(logits[row])]++;
    }
    return counts;
  }

  private static double balancedAccuracy(int[][] confusion) {
    return IntStream.range(0, confusion.length)
        .filter(label -> Arrays.stream(confusion[label]).sum() > 0)
        .mapToDouble(
            label -> (double) confusion[label][label] / Arrays.stream(confusion[label]).sum())
        .average()
        .orElse(0);
  }

  /** The schedule of the settings, in the clear. */
  public static PlainTrainer.Result trainPlain(PreparedData data, Settings settings) {
    Schedule schedule = settings.training().schedule(data.train().length);
    int classes = settings.data().classes();
    EarlyStopping stopping =
        EarlyStopping.inTheClear(data.validationLabels(), classes, settings.metric(), schedule);
    return new PlainTrainer(schedule, classes)
        .train(data.train(), data.trainLabels(), data.validation(), stopping);
  }
}
