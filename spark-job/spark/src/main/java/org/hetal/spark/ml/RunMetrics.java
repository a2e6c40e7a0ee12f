package org.hetal.spark.ml;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Json;
import org.hetal.spark.storage.HadoopStorage;

/**
 * What the cluster measured of a run: the lines of {@code metrics.jsonl} in the folder that {@link
 * EncryptedSoftmaxRegression#CHECKPOINT_DIR} names. A run that is going on has the lines so far.
 * Loss and accuracy are not among them: only the data owner knows them.
 *
 * @param steps in order, one per minibatch and epoch
 * @param epochs in order
 */
public record RunMetrics(List<Step> steps, List<Epoch> epochs) {
  private static final String FILE = "metrics.jsonl";

  /**
   * One minibatch.
   *
   * @param step from 1, counted over all epochs
   * @param epoch from 1
   * @param batch the minibatch of the epoch, from 0
   * @param gradientSeconds on the executors: logits, softmax, gradient, sum
   * @param updateSeconds on the driver: update and refresh of the weights
   * @param bootstraps of executors and driver; those of retried tasks are counted again
   * @param broadcastBytes of encrypted weights sent to the executors, counted once
   * @param gradientBytes of summed encrypted gradients that the driver received
   */
  public record Step(
      int step,
      int epoch,
      int batch,
      double gradientSeconds,
      double updateSeconds,
      long bootstraps,
      long broadcastBytes,
      long gradientBytes) {}

  /**
   * The end of one epoch.
   *
   * @param epoch from 1
   * @param seconds of the epoch, validation included
   * @param validationSeconds on the executors: logits of the validation rows
   * @param oracleSeconds between question and answer
   * @param stop whether the oracle ended the training
   * @param best whether the oracle called the epoch the best so far
   * @param reason of the oracle, one line
   */
  public record Epoch(
      int epoch,
      double seconds,
      double validationSeconds,
      double oracleSeconds,
      boolean stop,
      boolean best,
      String reason) {}

  /**
   * Copies the lists.
   *
   * @param steps in order
   * @param epochs in order
   */
  public RunMetrics {
    steps = List.copyOf(steps);
    epochs = List.copyOf(epochs);
  }

  /**
   * Reads the metrics of a run. Cost: one small file.
   *
   * @param spark context whose Hadoop configuration names the file systems
   * @param uri path or URI of the run's folder
   * @return the metrics
   * @throws DatasetException when there is no such file, or a line is not a step or an epoch
   */
  public static RunMetrics load(JavaSparkContext spark, String uri) {
    HadoopStorage storage = new HadoopStorage(uri, spark.hadoopConfiguration());
    String where = storage.describe() + "/" + FILE;
    List<String> lines = new String(storage.read(FILE), StandardCharsets.UTF_8).lines().toList();
    List<Step> steps = new ArrayList<>();
    List<Epoch> epochs = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Line line = new Line(where + " line " + (i + 1), lines.get(i));
      switch (line.text("event")) {
        case "step" -> steps.add(step(line));
        case "epoch" -> epochs.add(epoch(line));
        default -> throw line.unlike("event", "step or epoch");
      }
    }
    return new RunMetrics(steps, epochs);
  }

  private static Step step(Line line) {
    return new Step(
        line.integer("step"),
        line.integer("epoch"),
        line.integer("batch"),
        line.number("gradient_seconds"),
        line.number("update_seconds"),
        line.integer("bootstraps"),
        line.count("broadcast_bytes"),
        line.count("gradient_bytes"));
  }

  private static Epoch epoch(Line line) {
    String decision = line.text("decision");
    if (!decision.equals("stop") && !decision.equals("continue")) {
      throw line.unlike("decision", "stop or continue");
    }
    return new Epoch(
        line.integer("epoch"),
        line.number("seconds"),
        line.number("validation_seconds"),
        line.number("oracle_seconds"),
        decision.equals("stop"),
        line.truth("best"),
        line.text("reason"));
  }

  /** One line; fields that this release does not know are left out. */
  private static final class Line {
    private final String where;
    private final JsonNode fields;

    Line(String where, String text) {
      this.where = where;
      try {
        fields = Json.parse(text.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new DatasetException(where + ": expected a JSON object, " + Json.reason(e), e);
      }
    }

    String text(String field) {
      return require(field, fields.path(field).isTextual(), "text").asText();
    }

    boolean truth(String field) {
      return require(field, fields.path(field).isBoolean(), "true or false").asBoolean();
    }

    double number(String field) {
      return require(field, fields.path(field).isNumber(), "a number").asDouble();
    }

    int integer(String field) {
      return require(field, fields.path(field).isInt(), "a whole number").asInt();
    }

    long count(String field) {
      return require(field, fields.path(field).canConvertToExactIntegral(), "a whole number")
          .asLong();
    }

    DatasetException unlike(String field, String expected) {
      JsonNode value = fields.path(field);
      return new DatasetException(
          where
              + ": expected "
              + field
              + ": "
              + expected
              + ", actual "
              + (value.isMissingNode() ? "none" : value));
    }

    private JsonNode require(String field, boolean holds, String expected) {
      if (!holds) {
        throw unlike(field, expected);
      }
      return fields.path(field);
    }
  }
}
