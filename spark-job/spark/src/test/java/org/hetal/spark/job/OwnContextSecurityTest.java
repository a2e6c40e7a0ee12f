package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.spark.ml.EncryptedDataset;
import org.hetal.spark.ml.EncryptedModel;
import org.hetal.spark.ml.EncryptedSoftmaxRegression;
import org.hetal.spark.ml.EvaluationKeys;
import org.hetal.spark.ml.FitListener;
import org.hetal.training.EarlyStopping;
import org.hetal.training.ValidationOracle;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the API asks of a Spark context that a program made. */
@Timeout(180)
@Tag("slow")
class OwnContextSecurityTest {
  @TempDir static Path folder;

  private static final class Reached extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Ends a fit after its checks, before its first task. */
  private static final class StopsThere implements FitListener {
    @Override
    public void planned(Planned planned) {
      throw new Reached();
    }
  }

  private static JavaSparkContext spark(String master) {
    return new JavaSparkContext(
        new SparkConf(false)
            .setMaster(master)
            .setAppName("own context")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.driver.bindAddress", "127.0.0.1")
            // More than the worker below has: no executor is started.
            .set("spark.executor.cores", "2"));
  }

  private static EvaluationKeys keys() {
    return EvaluationKeys.at(folder.resolve("keys").toString());
  }

  private static Supplier<EncryptedModel> fit(
      JavaSparkContext spark, EncryptedToy toy, EncryptedSoftmaxRegression regression) {
    EarlyStopping stopping = toy.decide();
    ValidationOracle oracle = (epoch, logits) -> toy.decision(stopping, epoch, logits);
    return () ->
        regression.fit(
            spark,
            EncryptedDataset.load(spark, folder.resolve("dataset").toString()),
            keys(),
            oracle);
  }

  @Test
  void clusterWithoutAuthentication_isRefusedUnlessItIsAllowed() {
    EncryptedToy toy = new EncryptedToy(folder, 1).write();
    EncryptedToy.withEncryptedLoss(folder.resolve("others"), 1).write();
    String model = folder.resolve("model").toString();
    // A context in one process of a program's own, which need not authenticate.
    try (JavaSparkContext spark = spark("local[2]")) {
      fit(spark, toy, new EncryptedSoftmaxRegression()).get().write().save(model);
    }
    try (JavaSparkContext spark = spark("local-cluster[1,1,1024]")) {
      assertRefused(
          assertThrows(
              SettingsException.class, fit(spark, toy, new EncryptedSoftmaxRegression())::get));
      EncryptedDataset rows = EncryptedDataset.load(spark, folder.resolve("dataset").toString());
      EncryptedModel loaded = EncryptedModel.load(spark, model);
      assertRefused(
          assertThrows(SettingsException.class, () -> loaded.predict(spark, rows, keys())));
      assertThrows(
          Reached.class,
          fit(
                  spark,
                  toy,
                  new EncryptedSoftmaxRegression()
                      .setAllowUnauthenticated(true)
                      .addListener(new StopsThere()))
              ::get);
      // Rows that are none to predict, so that no executor is needed.
      EncryptedDataset others = EncryptedDataset.load(spark, folder + "/others/dataset");
      loaded.setAllowUnauthenticated(true);
      assertThrows(DatasetException.class, () -> loaded.predict(spark, others, keys()));
    }
  }

  private static void assertRefused(SettingsException refusal) {
    String message = refusal.getMessage();
    assertTrue(message.contains("expected spark.authenticate=true"), message);
    assertTrue(message.contains("setAllowUnauthenticated(true)"), message);
  }
}
