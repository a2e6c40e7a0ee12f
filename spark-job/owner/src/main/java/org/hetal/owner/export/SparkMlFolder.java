package org.hetal.owner.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.Storage;
import org.hetal.format.Json;

/**
 * The model as the folder that Spark ML's {@code LogisticRegressionModel.load} reads, multinomial,
 * for vectors of raw features in the column {@code features}. It is written without Spark: {@code
 * metadata/part-00000} is a line of JSON, {@code data/part-00000.parquet} a Parquet file with one
 * row. Tested with Spark 4.1.3.
 */
public final class SparkMlFolder {
  private static final String METADATA = "metadata/part-00000";
  private static final String DATA = "data/part-00000.parquet";

  /** The version of Spark whose layout this is. */
  private static final String SPARK = "4.1.0";

  private SparkMlFolder() {}

  /**
   * Writes or replaces the folder; equal models give equal bytes.
   *
   * @param storage the model's folder
   * @param folder in it
   * @throws CommitException when the folder has files of another program
   */
  public static void write(Storage storage, String folder, LinearModel model) {
    requireOwn(storage, folder, "data", DATA);
    requireOwn(storage, folder, "metadata", METADATA);
    storage.writeAtomically(folder + "/" + DATA, SparkMlParquet.bytes(model));
    storage.writeAtomically(
        folder + "/" + METADATA, (metadata(model) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Spark reads all files of these folders as one model. */
  private static void requireOwn(Storage storage, String folder, String part, String own) {
    List<String> there = storage.list(folder + "/" + part);
    if (!there.isEmpty() && !there.equals(List.of(folder + "/" + own))) {
      throw new CommitException(
          storage.describe()
              + "/"
              + folder
              + "/"
              + part
              + ": expected no file or "
              + own
              + ", actual "
              + there
              + "; kept. Move them away");
    }
  }

  private static String metadata(LinearModel model) {
    ObjectNode out = Json.object();
    out.put("class", "org.apache.spark.ml.classification.LogisticRegressionModel");
    out.put("timestamp", 0);
    out.put("sparkVersion", SPARK);
    out.put("uid", "hetal_" + model.datasetId());
    out.putObject("paramMap").put("family", "multinomial");
    out.putObject("defaultParamMap")
        .put("featuresCol", "features")
        .put("labelCol", "label")
        .put("predictionCol", "prediction")
        .put("probabilityCol", "probability")
        .put("rawPredictionCol", "rawPrediction")
        .put("threshold", 0.5)
        .put("family", "auto");
    return Json.line(out);
  }
}
