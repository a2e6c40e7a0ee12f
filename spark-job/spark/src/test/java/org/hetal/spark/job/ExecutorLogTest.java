package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.hetal.spark.LogLines;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What executors log, here that of the driver. */
@Tag("slow")
class ExecutorLogTest {
  @TempDir Path root;

  @Test
  void train_logsEngineAndDataSetOnce() throws Exception {
    EncryptedToy toy = new EncryptedToy(root, 2).write();
    EarlyStopping stopping = toy.decide();
    try (LogLines log = new LogLines();
        ToyOracle oracle =
            new ToyOracle(
                root, 0, r -> Reply.of(toy.decision(stopping, r.epoch(), r.ciphertexts())))) {
      assertEquals(0, Main.run(toy.arguments("train", oracle.settings()).toArray(String[]::new)));
      String all = String.join("\n", log.all());
      assertEquals(1, log.with("INFO opened engine simulator on simulator").size(), all);
      assertEquals(1, log.with("INFO computing on data set " + root + "/dataset").size(), all);
      assertEquals(1, log.with("INFO closed data set " + root + "/dataset: ").size(), all);
      assertEquals(0, log.with("WARN").size(), all);
      assertEquals(0, log.with("ERROR").size(), all);
    }
  }
}
