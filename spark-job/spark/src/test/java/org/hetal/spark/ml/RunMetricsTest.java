package org.hetal.spark.ml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.dataset.DatasetException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines that are not those of a run; EncryptedSoftmaxRegressionTest reads those of one. */
@Timeout(120)
class RunMetricsTest {
  private static final String STEP =
      "{'event':'step','step':1,'epoch':1,'batch':0,'gradient_seconds':0.5,'update_seconds':0.25,"
          + "'bootstraps':3,'broadcast_bytes':5000000000,'gradient_bytes':7}";
  private static final String EPOCH =
      "{'event':'epoch','epoch':1,'seconds':2,'validation_seconds':0.5,'oracle_seconds':0.1,"
          + "'decision':'stop','best':true,'reason':'all epochs done'}";

  @TempDir Path run;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    spark =
        new JavaSparkContext(
            new SparkConf()
                .setMaster("local[1]")
                .setAppName("metrics")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1"));
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  private RunMetrics load(String... lines) throws Exception {
    String text = String.join("\n", lines).replace('\'', '"') + "\n";
    Files.writeString(run.resolve("metrics.jsonl"), text);
    return RunMetrics.load(spark, run.toString());
  }

  @Test
  void linesOfARun_areStepsAndEpochs_alsoWithFieldsOfALaterRelease() throws Exception {
    RunMetrics metrics = load(STEP.replace("'step':1", "'step':1,'later':[1]"), EPOCH);
    assertEquals(
        List.of(new RunMetrics.Step(1, 1, 0, 0.5, 0.25, 3, 5_000_000_000L, 7)), metrics.steps());
    assertEquals(
        List.of(new RunMetrics.Epoch(1, 2, 0.5, 0.1, true, true, "all epochs done")),
        metrics.epochs());
  }

  @Test
  void folderWithoutMetrics_isRefused() {
    DatasetException e =
        assertThrows(DatasetException.class, () -> RunMetrics.load(spark, run.toString()));
    assertTrue(e.getMessage().contains("metrics.jsonl: expected a file"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'bootstraps':3     | 'bootstraps':3.5     | expected bootstraps: a whole number, actual 3.5",
        "'gradient_bytes':7 | 'gradient_bytes':'7' | expected gradient_bytes: a whole number",
        "'update_seconds':  | 'update':            | expected update_seconds: a number, actual none",
        "'event':'step'     | 'event':'pause'      | expected event: step or epoch, actual",
        "{                  | [                    | expected a JSON object",
      })
  void otherLine_isRefusedWithFileLineAndField(String part, String other, String message) {
    DatasetException e =
        assertThrows(DatasetException.class, () -> load(STEP, STEP.replace(part, other)));
    assertTrue(e.getMessage().contains("metrics.jsonl line 2: " + message), e.getMessage());
  }

  @Test
  void decisionThatIsNone_isRefused() {
    DatasetException e =
        assertThrows(DatasetException.class, () -> load(EPOCH.replace("'stop'", "'perhaps'")));
    assertTrue(
        e.getMessage().endsWith("expected decision: stop or continue, actual \"perhaps\""),
        e.getMessage());
  }
}
