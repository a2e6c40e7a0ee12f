package org.hetal.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
import org.hetal.training.TaskStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines of metrics.jsonl, also such as no run writes. */
class RunMetricsTest {
  private static final String STEP =
      "{'event':'step','step':1,'epoch':1,'batch':0,'gradient_seconds':0.5,'update_seconds':0.25,"
          + "'bootstraps':3,'broadcast_bytes':5000000000,'gradient_bytes':7,'task_seconds':{'read':0,'expand':1,"
          + "'logits':0.5,'softmax':2,'gradient':0.25,'sum':0.25}}";
  private static final String EPOCH =
      "{'event':'epoch','epoch':1,'seconds':2,'validation_seconds':0.5,'oracle_seconds':0.1,"
          + "'decision':'stop','best':true,'reason':'all epochs done','broadcast_bytes':9}";

  @TempDir Path run;

  private RunMetrics load(String... lines) throws Exception {
    String text = String.join("\n", lines).replace('\'', '"') + "\n";
    Files.writeString(run.resolve("metrics.jsonl"), text);
    return RunMetrics.read(new LocalStorage(run));
  }

  @Test
  void linesOfARun_areStepsAndEpochs_alsoWithFieldsOfALaterRelease() throws Exception {
    RunMetrics metrics = load(STEP.replace("'step':1", "'step':1,'later':[1]"), EPOCH);
    Map<TaskStage, Double> tasks =
        Map.of(
            TaskStage.READ, 0.0,
            TaskStage.EXPAND, 1.0,
            TaskStage.LOGITS, 0.5,
            TaskStage.SOFTMAX, 2.0,
            TaskStage.GRADIENT, 0.25,
            TaskStage.SUM, 0.25);
    assertEquals(
        List.of(new RunMetrics.Step(1, 1, 0, 0.5, 0.25, 3, 5_000_000_000L, 7, tasks)),
        metrics.steps());
    assertEquals(0.25, metrics.steps().get(0).stages().get(TaskStage.SOFTMAX));
    assertEquals(
        List.of(new RunMetrics.Epoch(1, 2, 0.5, 0.1, true, true, "all epochs done", 0, 9, 0)),
        metrics.epochs());
  }

  @Test
  void validationOnCiphertexts_hasBootstrapsAndSums() throws Exception {
    String line = EPOCH.replace("}", ",'bootstraps':4,'gradient_bytes':5000000000}");
    RunMetrics.Epoch epoch = load(line).epochs().get(0);
    assertEquals(4, epoch.bootstraps());
    assertEquals(5_000_000_000L, epoch.gradientBytes());
    DatasetException e =
        assertThrows(
            DatasetException.class, () -> load(line.replace("'bootstraps':4", "'bootstraps':'4'")));
    assertTrue(
        e.getMessage().endsWith("expected bootstraps: a whole number, actual \"4\""),
        e.getMessage());
  }

  @Test
  void secondsPerStep_areThoseOfTheLastEight_withoutTheFirstStepOfTheRun() throws Exception {
    List<String> lines = new ArrayList<>();
    double[] means = new double[10];
    for (int step = 1; step <= 10; step++) {
      int seconds = step == 1 ? 90 : step;
      lines.add(
          STEP.replace("'step':1", "'step':" + step)
              .replace("'gradient_seconds':0.5", "'gradient_seconds':" + seconds)
              .replace("'update_seconds':0.25", "'update_seconds':0"));
      means[step - 1] = load(lines.toArray(String[]::new)).secondsPerStep();
    }
    assertEquals(90, means[0]);
    assertEquals(2, means[1]);
    assertEquals(2.5, means[2]);
    assertEquals(5.5, means[8]); // steps 2 to 9
    assertEquals(6.5, means[9]); // steps 3 to 10
  }

  @Test
  void runBeforeItsFirstStep_hasNone() {
    assertEquals(0, RunMetrics.read(new LocalStorage(run)).secondsPerStep());
    assertEquals(new RunMetrics(List.of(), List.of()), RunMetrics.read(new LocalStorage(run)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'bootstraps':3     | 'bootstraps':3.5     | expected bootstraps: a whole number, actual 3.5",
        "'gradient_bytes':7 | 'gradient_bytes':'7' | expected gradient_bytes: a whole number",
        "'update_seconds':  | 'update':            | expected update_seconds: a number, actual none",
        "'softmax':2        | 'softmax':'2'        | expected task_seconds.softmax: a number, actual",
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
