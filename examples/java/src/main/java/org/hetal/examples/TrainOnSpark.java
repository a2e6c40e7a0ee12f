package org.hetal.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.linalg.Vectors;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.oracle.OracleEndpoint;
import org.hetal.owner.DataOwner;
import org.hetal.owner.LabeledData;
import org.hetal.owner.Plan;
import org.hetal.owner.PlainModel;
import org.hetal.owner.Predictions;
import org.hetal.owner.RunningOracle;
import org.hetal.owner.UnlabeledRows;
import org.hetal.owner.evaluation.Evaluation;
import org.hetal.spark.ml.EncryptedDataset;
import org.hetal.spark.ml.EncryptedModel;
import org.hetal.spark.ml.EncryptedSoftmaxRegression;
import org.hetal.spark.ml.EvaluationKeys;

/**
 * Both parties in one process, each with its own calls, the cluster's on Spark. Arguments: backend,
 * parameter set, an empty folder.
 */
public final class TrainOnSpark {
  private TrainOnSpark() {}

  /** Trains, predicts and prints the accuracy beside that of the same training in the clear. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[2]);
    Settings settings =
        SettingsLoader.load(
            List.of(),
            Map.of(
                "backend", arguments[0],
                "parameters", arguments[1],
                "data.classes", "3",
                "training.batch-rows", "60",
                "training.epochs", "3",
                "training.learning-rate", "4"));
    Clusters rows = Clusters.of(180);
    LabeledData data = LabeledData.of(settings, rows.features(), rows.labels());
    try (DataOwner owner =
            DataOwner.generate(Plan.of(settings, data), folder.resolve("owner"));
        JavaSparkContext spark =
            new JavaSparkContext(
                new SparkConf()
                    .setMaster("local[2]")
                    .setAppName("hetal example")
                    // Other users of the machine reach the ports of this process on 127.0.0.1, too.
                    .set("spark.authenticate", "true")
                    .set("spark.driver.host", "127.0.0.1")
                    .set("spark.driver.bindAddress", "127.0.0.1")
                    .set("spark.ui.enabled", "false"))) {
      // The data owner: keys and ciphertexts for the cluster.
      Path cluster = folder.resolve("cluster");
      owner.writeEvaluationKeys(cluster + "/keys");
      owner.encrypt(data, cluster + "/dataset");
      EvaluationKeys keys = EvaluationKeys.at(cluster + "/keys");

      // The cluster trains. After each epoch it asks the owner's oracle over HTTPS whether to go on.
      EncryptedModel model;
      try (RunningOracle oracle =
          owner.startOracle(OracleEndpoint.in(cluster, "localhost", 0))) {
        model =
            new EncryptedSoftmaxRegression() // by the plan that the data set carries
                .setCheckpointDir(cluster + "/run")
                .fit(spark, EncryptedDataset.load(spark, cluster + "/dataset"), keys, oracle.endpoint());
      }
      model.write().overwrite().save(cluster + "/model");

      // The data owner again: the model in the clear.
      PlainModel plain = owner.decrypt(cluster + "/model");
      Evaluation evaluation = owner.evaluate(plain, data);
      System.out.printf(
          Locale.ROOT,
          "accuracy %.1f %%, in the clear %.1f %%%n",
          100 * evaluation.accuracyEncrypted(),
          100 * evaluation.accuracyPlain());

      // The same model as one of Spark ML.
      LogisticRegressionModel sparkModel = plain.toSparkMl();
      int hits = 0;
      for (int row = 0; row < rows.labels().length; row++) {
        double label = sparkModel.predict(Vectors.dense(rows.features()[row]));
        hits += label == rows.labels()[row] ? 1 : 0;
      }
      System.out.printf(
          Locale.ROOT,
          "accuracy of Spark ML's model %.1f %%%n",
          100.0 * hits / rows.labels().length);

      // Or predictions on ciphertexts.
      owner.encryptRows(UnlabeledRows.of(rows.features()), cluster + "/rows");
      model
          .predict(spark, EncryptedDataset.load(spark, cluster + "/rows"), keys)
          .write()
          .save(cluster + "/predictions");
      Predictions predictions = owner.decryptPredictions(cluster + "/predictions");
      System.out.printf(
          Locale.ROOT,
          "accuracy of encrypted predictions %.1f %%%n",
          100 * predictions.accuracy(rows.labels()));
    }
  }
}
