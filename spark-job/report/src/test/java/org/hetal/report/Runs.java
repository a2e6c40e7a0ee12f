package org.hetal.report;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.Storage;
import org.hetal.he.Parameters;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.packing.LayoutSearch;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.TrainingPlanner;

/** Run directories as train leaves them. */
final class Runs {
  static final int EPOCHS = 4;
  static final int BATCHES = 3;

  private Runs() {}

  static TrainingPlan plan() {
    Parameters parameters = SimulatedParameters.withRingDegree(256);
    Schedule schedule = new Schedule(330, 150, 2, EPOCHS, 3, 32, 1);
    return TrainingPlanner.plan(
        parameters,
        LayoutSearch.cheapest(parameters.slotCount(), 150, 5, 3),
        schedule,
        70,
        Preprocessing.none());
  }

  /** A run with some steps, and the answer of each whole epoch. */
  static void write(Storage storage, int steps) {
    PlanFile.write(storage, plan());
    StringBuilder lines = new StringBuilder();
    for (int step = 1; step <= steps; step++) {
      int epoch = (step + BATCHES - 1) / BATCHES;
      lines.append(
          String.format(
              Locale.ROOT,
              "{\"event\":\"step\",\"step\":%d,\"epoch\":%d,\"batch\":%d,\"gradient_seconds\":3.0,"
                  + "\"update_seconds\":1.0,\"bootstraps\":11,\"task_seconds\":{\"read\":0.0,"
                  + "\"expand\":1.0,\"logits\":0.5,\"softmax\":3.0,\"gradient\":1.0,\"sum\":0.5},"
                  + "\"broadcast_bytes\":1000,\"gradient_bytes\":500}%n",
              step,
              epoch,
              (step - 1) % BATCHES));
      if (step % BATCHES == 0) {
        lines.append(
            String.format(
                Locale.ROOT,
                "{\"event\":\"epoch\",\"epoch\":%d,\"seconds\":14,\"validation_seconds\":1.5,"
                    + "\"oracle_seconds\":0.5,\"decision\":\"%s\",\"best\":%s,\"reason\":\"%s\","
                    + "\"bootstraps\":5,\"broadcast_bytes\":100,\"gradient_bytes\":70}%n",
                epoch,
                epoch == EPOCHS ? "stop" : "continue",
                epoch < 3,
                epoch == EPOCHS ? "no better <loss> for 2 epochs" : ""));
      }
    }
    storage.writeAtomically("metrics.jsonl", lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** A run that the oracle stopped after its last epoch. */
  static void writeFinished(Storage storage) {
    write(storage, EPOCHS * BATCHES);
    new RunSummary(
            "default",
            plan().parameters().name(),
            0,
            "simulator",
            "simulator",
            "cpu",
            "4.1.3",
            "local[2]",
            330,
            BATCHES,
            5,
            3,
            EPOCHS,
            EPOCHS * BATCHES,
            2,
            "stopped",
            56,
            4,
            152,
            11,
            123_456,
            18_680)
        .write(storage);
  }
}
