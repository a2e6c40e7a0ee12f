package org.hetal.owner;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.owner.evaluation.Evaluation;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.keys.TemporaryFolder;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.CheckpointStore;
import org.hetal.training.EpochMetrics;
import org.hetal.training.LocalGradientService;
import org.hetal.training.PlainTrainer;
import org.hetal.training.Trainer;
import org.hetal.training.TrainingListener;
import org.hetal.training.TrainingResult;

/**
 * The whole protocol in one process without Spark, to explore a training: keys, encryption,
 * training on ciphertexts, validation, decryption, and the same training in the clear beside it.
 * The secret key and the ciphertexts are in the same process, so nothing is protected from anyone;
 * use {@link DataOwner} and the cluster's {@code EncryptedSoftmaxRegression} for that. The weights
 * are the same bytes that Spark computes from the same keys and ciphertexts.
 *
 * <pre>{@code
 * Settings settings =
 *     SettingsLoader.load(
 *         List.of(),
 *         Map.of("backend", "simulator", "parameters", "insecure_simulator_n12_l12",
 *             "data.classes", "3"));
 * EncryptedTraining.Result result =
 *     EncryptedTraining.inOneJvm(settings, LabeledData.of(settings, features, labels)).run();
 * int label = result.model().predict(row);
 * }</pre>
 *
 * <p>Which backend computes is a setting: {@code backend = simulator} (doubles, milliseconds per
 * iteration), {@code parameters = insecure_n10_l12} (ciphertexts that protect nothing, about a
 * second per iteration), or the default {@code auto} (128-bit, seven to ten seconds per iteration
 * on two cores and 2.4 to 3.3 GB of keys in the temporary folder).
 */
public final class EncryptedTraining {
  private final Settings settings;
  private final LabeledData data;
  private TrainingListener progress = TrainingListener.NONE;
  private OwnerListener owner = OwnerListener.NONE;
  private Consumer<EpochMetrics> metrics = each -> {};
  private boolean measuresSoftmax;
  private Path temporary = Path.of(System.getProperty("java.io.tmpdir"));

  private EncryptedTraining(Settings settings, LabeledData data) {
    this.settings = settings;
    this.data = data;
  }

  /**
   * What came out.
   *
   * @param model trained on ciphertexts
   * @param plan of levels, layout and keys
   * @param epochs validation metrics of each epoch
   * @param reason why the training ended, one line
   * @param plain the same schedule in the clear: same minibatches, same early stopping
   * @param largestWeightDifference between the two models; meaningful if they are of the same epoch
   * @param test accuracy of both models on the test rows; empty without test rows
   * @param softmaxError largest magnitude of the difference of a probability between encrypted and
   *     exact softmax, for logits of training rows; empty without {@link #withSoftmaxError}
   */
  public record Result(
      PlainModel model,
      TrainingPlan plan,
      List<EpochMetrics> epochs,
      String reason,
      PlainTrainer.Result plain,
      double largestWeightDifference,
      Optional<Evaluation> test,
      OptionalDouble softmaxError) {}

  /**
   * A training on all rows of the data.
   *
   * @param settings parameter set, schedule, scaling; paths and oracle are not used
   * @param data rows of the data set
   * @return a training that has not started
   */
  public static EncryptedTraining inOneJvm(Settings settings, LabeledData data) {
    return new EncryptedTraining(settings, data);
  }

  /**
   * Is told of steps and epochs, with their seconds.
   *
   * @param listener told from now on
   * @return this
   */
  public EncryptedTraining withListener(TrainingListener listener) {
    progress = listener;
    return this;
  }

  /**
   * Is told the validation loss and accuracy of each epoch.
   *
   * @param listener told from now on
   * @return this
   */
  public EncryptedTraining withMetrics(Consumer<EpochMetrics> listener) {
    metrics = listener;
    return this;
  }

  /**
   * Is told of keys and groups as they are made.
   *
   * @param listener told from now on
   * @return this
   */
  public EncryptedTraining withOwnerListener(OwnerListener listener) {
    owner = listener;
    return this;
  }

  /**
   * Has the error of the encrypted softmax measured after the training, with the trained model on
   * as many training rows as one ciphertext of logits holds. Cost: one softmax, about a third of an
   * iteration.
   *
   * @return this
   */
  public EncryptedTraining withSoftmaxError() {
    measuresSoftmax = true;
    return this;
  }

  /**
   * Puts keys and ciphertexts into a folder of their own in this folder, and deletes it at the end.
   *
   * @param folder an existing folder; the default is that of the system property {@code
   *     java.io.tmpdir}
   * @return this
   */
  public EncryptedTraining withTemporaryFolder(Path folder) {
    temporary = folder;
    return this;
  }

  /**
   * Trains. Unless the backend is the simulator, this process writes no core file and other
   * processes cannot read its memory any more: {@link ProcessProtection}.
   *
   * @return the model and what it is compared with
   * @throws org.hetal.owner.table.DataException at the first bad value of the data
   * @throws SettingsException when the settings do not fit the data or the parameter set, or no
   *     epoch was the best
   */
  public Result run() {
    String unprotected = ProcessProtection.of(settings);
    if (!unprotected.isEmpty()) {
      owner.notice(unprotected);
    }
    Plan plan = Plan.of(settings, data);
    try (TemporaryFolder folder = new TemporaryFolder(temporary, "hetal-training")) {
      Path keys = folder.path().resolve("keys");
      Path dataset = folder.path().resolve("dataset");
      try (DataOwner party = DataOwner.generate(plan, folder.path().resolve("owner"))) {
        party.withListener(owner);
        party.writeEvaluationKeys(keys.toString());
        party.encrypt(data, dataset.toString());
        List<EpochMetrics> epochs = new ArrayList<>();
        OracleOptions options =
            new OracleOptions().setListener(each -> told(each, epochs)).setRunId(settings.runId());
        try (RunningOracle oracle = party.startOracle(options, data);
            Evaluator evaluator =
                Clients.of(plan.settings())
                    .evaluator(keys, plan.settings().parameterSet(), settings.deviceSpec())) {
          LocalStorage model = new LocalStorage(folder.path().resolve("model"));
          String reason =
              train(plan.training(), evaluator, oracle, new LocalStorage(dataset), model);
          return result(party, plan.training(), epochs, reason, model, keys);
        }
      }
    }
  }

  private void told(EpochMetrics each, List<EpochMetrics> epochs) {
    epochs.add(each);
    metrics.accept(each);
  }

  private String train(
      TrainingPlan plan,
      Evaluator evaluator,
      RunningOracle oracle,
      LocalStorage dataset,
      LocalStorage model) {
    EncryptedDataset stored = EncryptedDataset.open(dataset);
    try (Scope scope = new Scope()) {
      LoadedDataset loaded = LoadedDataset.of(stored, dataset, plan.layout(), evaluator, scope);
      LocalGradientService gradients =
          scope.own(
              new LocalGradientService(
                  evaluator,
                  plan,
                  stored.rowCounts(),
                  loaded.batches(),
                  loaded.unlabelled(),
                  loaded.validation()));
      TrainingResult result =
          new Trainer(
                  evaluator,
                  plan,
                  gradients,
                  oracle,
                  CheckpointStore.inMemory(),
                  progress,
                  "in one JVM")
              .run();
      if (result.best().isEmpty()) {
        throw new SettingsException(
            "training ended ("
                + result.reason()
                + ") before any epoch was the best: expected a lower training.learning-rate,"
                + " actual "
                + settings.training().learningRate());
      }
      EncryptedModel.write(
          model,
          stored.origin(),
          settings.runId(),
          result.epochs(),
          result.bestEpoch(),
          plan.bootstrapsPerIteration(),
          result.best(),
          plan.levels().validationWeights());
      return result.reason();
    }
  }

  private Result result(
      DataOwner party,
      TrainingPlan plan,
      List<EpochMetrics> epochs,
      String reason,
      LocalStorage model,
      Path keys) {
    PlainModel decrypted = party.decrypt(model.describe());
    PlainTrainer.Result plain = Evaluation.trainPlain(data.prepared(), settings);
    double difference = 0;
    double[][] weights = decrypted.weights();
    for (int label = 0; label < weights.length; label++) {
      for (int i = 0; i < weights[label].length; i++) {
        difference = Math.max(difference, Math.abs(weights[label][i] - plain.best()[label][i]));
      }
    }
    Optional<Evaluation> test =
        data.splits().test() == null
            ? Optional.empty()
            : Optional.of(party.evaluate(decrypted, data));
    OptionalDouble softmaxError =
        measuresSoftmax
            ? OptionalDouble.of(party.softmaxError(decrypted, data, keys.toString()))
            : OptionalDouble.empty();
    return new Result(
        decrypted, plan, List.copyOf(epochs), reason, plain, difference, test, softmaxError);
  }
}
