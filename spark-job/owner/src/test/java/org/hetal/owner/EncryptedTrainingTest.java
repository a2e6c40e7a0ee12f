package org.hetal.owner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.hetal.config.Settings;
import org.hetal.owner.table.DataException;
import org.hetal.training.EpochMetrics;
import org.hetal.training.TrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole training by one call. */
@Timeout(300)
class EncryptedTrainingTest {

  @ParameterizedTest
  @CsvSource({
    "simulator, insecure_simulator_n8_l12, 1e-3",
    "simulator, auto, 1e-3",
    "native, insecure_n10_l12, 5e-2",
  })
  void model_isThatOfTheTrainingInTheClear(String backend, String parameters, double tolerance)
      throws Exception {
    Settings settings = Clusters.settings(backend, parameters);
    List<EpochMetrics> metrics = new ArrayList<>();
    List<Integer> steps = new ArrayList<>();
    EncryptedTraining.Result result =
        EncryptedTraining.inOneJvm(settings, Clusters.data(settings))
            .withMetrics(metrics::add)
            .withListener(
                new TrainingListener() {
                  @Override
                  public void step(StepEvent event) {
                    steps.add(event.step());
                  }
                })
            .withSoftmaxError()
            .run();
    double softmaxError = result.softmaxError().orElseThrow();
    assertTrue(softmaxError > 0 && softmaxError < 0.05, "softmax error " + softmaxError);
    assertEquals(result.epochs(), metrics);
    assertEquals(3, metrics.size());
    assertEquals(Stream.iterate(1, step -> step + 1).limit(steps.size()).toList(), steps);
    assertEquals(3 * result.plan().schedule().batches(), steps.size());
    assertTrue(result.largestWeightDifference() < tolerance, result.toString());
    assertTrue(result.plain().largestWeight() > 20 * tolerance, result.plain().toString());
    assertTrue(result.plan().refreshesAsOne());
    double noise = result.model().noise();
    assertTrue(noise > 1e-9 && noise < tolerance, "noise of a weight " + noise);
    assertTrue(result.test().orElseThrow().accuracyEncrypted() > 0.9, result.toString());
    assertEquals(List.of("x0", "x1", "x2", "x3"), result.model().featureNames());
    double[][] fresh = Clusters.features(99, 30);
    int hits = 0;
    for (int row = 0; row < fresh.length; row++) {
      hits += result.model().predict(fresh[row]) == row % Clusters.CLASSES ? 1 : 0;
    }
    assertTrue(hits >= 27, hits + " of 30");
    double[] logits = result.model().logits(fresh[0]);
    double[] by = result.model().intercepts();
    for (int label = 0; label < by.length; label++) {
      for (int column = 0; column < Clusters.COLUMNS; column++) {
        by[label] += result.model().coefficients()[label][column] * fresh[0][column];
      }
    }
    assertArrayEquals(by, logits, 1e-12);
  }

  /**
   * Under another key the same rows give the same weights but for the noise, which is what the
   * commands round away. Bootstraps make the imaginary parts new, in which it is measured.
   */
  @Test
  void noiseOfTheModel_isThatByWhichTrainingsUnderTwoKeysDiffer() {
    Settings settings = Clusters.settings("native", "insecure_n10_l12");
    PlainModel one = EncryptedTraining.inOneJvm(settings, Clusters.data(settings)).run().model();
    PlainModel two = EncryptedTraining.inOneJvm(settings, Clusters.data(settings)).run().model();
    double most = 0;
    for (int label = 0; label < one.classes(); label++) {
      for (int i = 0; i < one.weights()[label].length; i++) {
        most = Math.max(most, Math.abs(one.weights()[label][i] - two.weights()[label][i]));
      }
    }
    double noise = Math.max(one.noise(), two.noise());
    assertTrue(most < 8 * noise && noise < 8 * most, most + " and " + noise);
  }

  /**
   * The oracle decides by a loss that was computed on ciphertexts, as the training in the clear.
   */
  @ParameterizedTest
  @CsvSource({
    "simulator, insecure_simulator_n8_l12, 2e-4",
    "native, insecure_n10_l12, 1e-2",
  })
  void encryptedLoss_isThatOfTheTrainingInTheClear(
      String backend, String parameters, double tolerance) {
    Settings settings =
        Clusters.settings(backend, parameters, "early-stopping.metric", "encrypted-loss");
    EncryptedTraining.Result result =
        EncryptedTraining.inOneJvm(settings, Clusters.data(settings)).run();
    List<EpochMetrics> plain = result.plain().epochs();
    assertEquals(plain.size(), result.epochs().size());
    for (int epoch = 0; epoch < plain.size(); epoch++) {
      EpochMetrics expected = plain.get(epoch);
      EpochMetrics actual = result.epochs().get(epoch);
      assertEquals(expected.loss(), actual.loss(), tolerance);
      assertEquals(expected.largestLogit(), actual.largestLogit(), 0.02 * expected.largestLogit());
      assertEquals(expected.decision(), actual.decision());
    }
    double first = plain.get(0).loss();
    assertTrue(first - plain.get(plain.size() - 1).loss() > 4 * tolerance, plain.toString());
    assertTrue(result.plan().validation().bootstrap() > 0, result.plan().validation().toString());
  }

  @Test
  void nothing_isLeftInTheTemporaryFolder(@TempDir Path temporary) throws Exception {
    Settings settings = Clusters.simulated("training.epochs", "1");
    List<Path> during = new ArrayList<>();
    EncryptedTraining.Result result =
        EncryptedTraining.inOneJvm(settings, Clusters.data(settings))
            .withTemporaryFolder(temporary)
            .withMetrics(epoch -> during.addAll(files(temporary)))
            .run();
    assertEquals(OptionalDouble.empty(), result.softmaxError());
    assertFalse(during.isEmpty());
    assertEquals(List.of(), files(temporary));
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What standardizes and fills in rows is folded back: the model takes raw rows. */
  @Test
  void model_takesRawRowsWhateverPreparedThem() {
    Settings settings =
        Clusters.simulated(
            "training.epochs", "2", "data.standardize", "true", "data.missing", "mean");
    double[][] features = Clusters.features(3, 90);
    for (int row = 0; row < features.length; row++) {
      features[row][0] = 1e4 + 500 * features[row][0];
      features[row][1] = row % 7 == 3 ? Double.NaN : 1e-3 * features[row][1];
    }
    int[] labels = new int[features.length];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = row % 3;
    }
    LabeledData data = LabeledData.of(settings, features, labels);
    PlainModel model = EncryptedTraining.inOneJvm(settings, data).run().model();
    double[][] raw = data.splits().train().features();
    double[][] prepared = data.prepared().train();
    for (int row = 0; row < raw.length; row++) {
      double[] logits = model.logits(raw[row]);
      for (int label = 0; label < logits.length; label++) {
        double expected = 0;
        for (int i = 0; i < prepared[row].length; i++) {
          expected += model.weights()[label][i] * prepared[row][i];
        }
        assertEquals(expected, logits[label], 1e-9, "row " + row);
      }
    }
    IllegalArgumentException missing =
        assertThrows(
            IllegalArgumentException.class,
            () -> plainModelWithoutMissingValues().logits(new double[] {1, Double.NaN, 2}));
    assertTrue(missing.getMessage().contains("column 1"), missing.getMessage());
  }

  private static PlainModel plainModelWithoutMissingValues() {
    Settings settings = Clusters.simulated("training.epochs", "1");
    double[][] features = new double[30][3];
    int[] labels = new int[30];
    for (int row = 0; row < 30; row++) {
      labels[row] = row % 3;
      features[row] = new double[] {row % 3, row % 5, 1.0 / (1 + row)};
    }
    return EncryptedTraining.inOneJvm(settings, LabeledData.of(settings, features, labels))
        .run()
        .model();
  }

  @Test
  void badRows_areRefusedWithRowColumnAndValue() {
    Settings settings = Clusters.simulated();
    double[][] features = Clusters.features(3, 30);
    int[] labels = new int[30];
    features[7][2] = Double.NaN;
    DataException e =
        assertThrows(DataException.class, () -> LabeledData.of(settings, features, labels));
    assertTrue(e.getMessage().startsWith("training rows row 8 column 2: expected a finite"));
    features[7][2] = 1;
    labels[3] = 3;
    DataException label =
        assertThrows(DataException.class, () -> LabeledData.of(settings, features, labels));
    assertTrue(label.getMessage().startsWith("training rows row 4 label: expected 0 to 2"));
    labels[3] = 0;
    features[9] = new double[3];
    DataException ragged =
        assertThrows(DataException.class, () -> LabeledData.of(settings, features, labels));
    assertEquals(
        "training rows row 10: expected 4 columns as in row 1, actual 3", ragged.getMessage());
  }
}
