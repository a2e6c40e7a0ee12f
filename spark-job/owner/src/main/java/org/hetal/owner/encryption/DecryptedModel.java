package org.hetal.owner.encryption;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.Origin;
import org.hetal.dataset.Storage;
import org.hetal.format.Digests;
import org.hetal.format.Json;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.Requirement;
import org.hetal.owner.table.numpy.NpzWriter;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.hetal.plan.TrainingPlan;

/**
 * The trained model in the clear, as its owner uses it: {@code model.json} and {@code model.npz}
 * ({@code weights} for prepared rows; {@code coefficients} and {@code intercepts} for raw ones).
 *
 * @param runId of the run that trained it
 * @param datasetId of the data set that it was trained on
 * @param parameterSet it was trained under
 * @param bootstraps in an iteration
 * @param weights [classes][features], for rows as {@link Preparation#apply} makes them
 * @param coefficients [classes][columns], for raw rows; 0 for dropped columns
 * @param intercepts a class each, for raw rows
 * @param classNames the word of each class in the owner's files; empty when labels are numbers
 */
public record DecryptedModel(
    String runId,
    String datasetId,
    String parameterSet,
    int epochs,
    int bestEpoch,
    int bootstraps,
    double[][] weights,
    double[][] coefficients,
    double[] intercepts,
    List<String> classNames,
    Preparation preparation) {
  /** A model with all digits, and how exact its weights are. */
  public record Measured(DecryptedModel model, Precision precision) {}

  private static final String JSON_NAME = "model.json";
  private static final String NPZ_NAME = "model.npz";

  /** Of {@code model.json}: more than the most classes and columns take. */
  private static final long MOST_BYTES = 64L << 20;

  /**
   * Decrypts what the cluster returned.
   *
   * @param encrypted where {@code stored} is
   * @param classNames of that data set
   * @param preparation of the data set that it was trained on
   * @param plan of that data set
   * @throws DatasetException when it is damaged or belongs to other keys or parameters
   */
  public static Measured decrypt(
      Client client,
      EncryptedModel stored,
      Storage encrypted,
      List<String> classNames,
      Preparation preparation,
      TrainingPlan plan) {
    Origin origin = stored.origin();
    origin.require(encrypted.describe(), client.parameters().hash(), client.keyId());
    stored.requirePlan(encrypted.describe(), plan);
    Layout layout = plan.layout();
    double[][] used = used(plan);
    List<Precision.Slots> slots = new ArrayList<>();
    for (int i = 0; i < stored.weights().size(); i++) {
      slots.add(Precision.decrypt(client, stored.weights().get(i).read(encrypted), used[i]));
    }
    double[][] weights =
        Packing.unpackWeights(
            layout, slots.stream().map(Precision.Slots::values).toArray(double[][]::new));
    double noise = slots.stream().mapToDouble(Precision.Slots::noise).max().orElse(0);
    double scale = plan.schedule().stateScale();
    for (double[] row : weights) {
      for (int i = 0; i < row.length; i++) {
        row[i] *= scale;
      }
    }
    DecryptedModel model =
        of(
            weights,
            preparation,
            new DecryptedModel(
                stored.runId(),
                stored.origin().datasetId(),
                stored.origin().parameterSet(),
                stored.epochs(),
                stored.bestEpoch(),
                stored.bootstraps(),
                null,
                null,
                null,
                classNames,
                preparation));
    return new Measured(model, new Precision(scale * noise));
  }

  /** 0 in the slots of each ciphertext in which exact arithmetic gives 0. */
  private static double[][] used(TrainingPlan plan) {
    Layout layout = plan.layout();
    double[][] ones = new double[layout.classes()][layout.features()];
    Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
    double[][] used = Packing.packWeights(layout, ones);
    if (plan.refreshesAsOne()) {
      // The look-ahead point lies beside the weights.
      double[] rows = layout.compactRows();
      for (int slot = 0; slot < layout.slots(); slot++) {
        used[0][slot] += rows[(slot + layout.rowsToSecond()) % rows.length];
      }
    }
    return used;
  }

  /**
   * This model with rounded weights, from which coefficients and intercepts are computed again:
   * they say no more than the weights.
   */
  public DecryptedModel rounded(Precision precision) {
    return of(precision.rounded(weights), preparation, this);
  }

  private static DecryptedModel of(
      double[][] weights, Preparation preparation, DecryptedModel rest) {
    int bias = preparation.kept().length;
    double[][] coefficients = new double[weights.length][preparation.columns()];
    double[] intercepts = new double[weights.length];
    for (int label = 0; label < weights.length; label++) {
      intercepts[label] = weights[label][bias] * preparation.bias();
      for (int i = 0; i < bias; i++) {
        double coefficient = weights[label][i] * preparation.factor() / preparation.deviations()[i];
        coefficients[label][preparation.kept()[i]] = coefficient;
        intercepts[label] -= coefficient * preparation.means()[i];
      }
    }
    return new DecryptedModel(
        rest.runId(),
        rest.datasetId(),
        rest.parameterSet(),
        rest.epochs(),
        rest.bestEpoch(),
        rest.bootstraps(),
        weights,
        coefficients,
        intercepts,
        rest.classNames(),
        preparation);
  }

  /** Whether a model is there. */
  public static boolean isPresent(Storage storage) {
    return storage.exists(JSON_NAME);
  }

  /** Writes {@code model.npz}, replacing an older one. */
  public void writeNpz(Storage storage) {
    Map<String, double[][]> matrices = new LinkedHashMap<>();
    matrices.put("weights", weights);
    matrices.put("coefficients", coefficients);
    matrices.put("intercepts", new double[][] {intercepts});
    Map<String, double[]> vectors = new LinkedHashMap<>();
    if (intercepts.length == 2) { // scikit-learn has one row for two classes
      double[] difference = new double[coefficients[0].length];
      for (int i = 0; i < difference.length; i++) {
        difference[i] = coefficients[1][i] - coefficients[0][i];
      }
      matrices.put("coef_", new double[][] {difference});
      vectors.put("intercept_", new double[] {intercepts[1] - intercepts[0]});
    } else {
      matrices.put("coef_", coefficients);
      vectors.put("intercept_", intercepts);
    }
    storage.writeAtomically(NPZ_NAME, NpzWriter.bytes(matrices, vectors));
  }

  /** Writes {@code model.json}, replacing an older one. */
  public void write(Storage storage) {
    storage.writeAtomically(JSON_NAME, Json.indented(this).getBytes(StandardCharsets.UTF_8));
  }

  /** SHA-256 of {@code model.json}, by which the owners of a joint training compare models. */
  public static String digest(Storage storage) {
    return Digests.sha256(storage.read(JSON_NAME, MOST_BYTES));
  }

  /**
   * Reads a model, which in a joint training the key holder made, and checks its shapes.
   *
   * @throws DatasetException when there is none or it is damaged
   */
  public static DecryptedModel read(Storage storage) {
    String where = storage.describe() + "/" + JSON_NAME;
    if (!storage.exists(JSON_NAME)) {
      throw new DatasetException(
          where + ": expected a model, actual none; make it with hetal decrypt-model");
    }
    DecryptedModel model;
    try {
      model = Json.read(storage.read(JSON_NAME, MOST_BYTES), DecryptedModel.class);
    } catch (IOException e) {
      throw new DatasetException(
          where + ": expected what decrypt-model of this release wrote; run it again", e);
    }
    try {
      model.require();
    } catch (DatasetException e) {
      throw new DatasetException(where + ": " + e.getMessage(), e);
    }
    return model;
  }

  private void require() {
    int classes = intercepts.length;
    Requirement.classes(classes, classNames);
    preparation.require();
    Requirement.finite("intercepts", intercepts, classes);
    rows("weights", weights, classes, preparation.features());
    rows("coefficients", coefficients, classes, preparation.columns());
  }

  private static void rows(String field, double[][] rows, int count, int columns) {
    Requirement.that(rows.length == count, field, count + " rows", rows.length);
    for (double[] row : rows) {
      Requirement.finite(field, row, columns);
    }
  }
}
