package org.hetal.spark.ml;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.config.Settings;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.Storage;
import org.hetal.dataset.StoredFile;
import org.hetal.he.Ciphertext;
import org.hetal.he.Scope;
import org.hetal.plan.TrainingPlan;
import org.hetal.spark.executor.SparkGradientService;
import org.hetal.spark.run.ClusterRun;

/** One prediction on Spark: checks, then the encrypted logits. */
final class Predict {
  private final Settings settings;
  private final JavaSparkContext spark;

  Predict(Settings settings, JavaSparkContext spark) {
    this.settings = settings;
    this.spark = spark;
  }

  EncryptedPredictions run(EncryptedModel model) {
    try (ClusterRun run = ClusterRun.open(settings, spark)) {
      EncryptedDataset dataset = run.dataset();
      requireSameOrigin(dataset, model);
      List<Integer> rows =
          dataset.unlabelledGroups().stream().map(EncryptedDataset.Group::rows).toList();
      int sum = rows.stream().mapToInt(Integer::intValue).sum();
      if (sum == 0) {
        throw new DatasetException(
            settings.paths().dataset() + ": expected rows without labels, actual none");
      }
      TrainingPlan plan = run.plan();
      model.manifest().requirePlan(model.storage().describe(), plan);
      run.requireKeys(plan.predictionKeys());
      Storage target = new MemoryStorage("predictions");
      try (SparkGradientService workers = run.workers();
          Scope scope = new Scope()) {
        run.requireCiphertexts(workers);
        List<Ciphertext> weights = new ArrayList<>();
        for (StoredFile file : model.manifest().weights()) {
          weights.add(scope.own(run.evaluator().deserialize(file.read(model.storage()))));
        }
        EncryptedLogits.write(
            target,
            dataset.origin(),
            dataset.id(),
            rows,
            workers.validationLogits(weights),
            plan.levels().validationLogits());
      }
      return new EncryptedPredictions(target, spark.hadoopConfiguration());
    }
  }

  private static void requireSameOrigin(EncryptedDataset dataset, EncryptedModel model) {
    String where = model.storage().describe();
    String expected = model.manifest().origin().datasetId();
    String actual = dataset.origin().datasetId();
    if (!actual.equals(expected)) {
      throw new DatasetException(
          where
              + ": a model of data set "
              + expected
              + ": expected rows that were prepared for it, actual for data set "
              + actual
              + "; encrypt them with the settings of that data set");
    }
    if (!dataset.origin().equals(model.manifest().origin())) {
      throw new DatasetException(
          where
              + ": expected a model of the data set's parameters, key and layout, "
              + dataset.origin()
              + "; actual "
              + model.manifest().origin());
    }
  }
}
