package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hetal.dataset.LocalStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which faults of a training count, with scripts in the place of Spark and of the owner. */
@Timeout(300)
class ChaosTrainingTest {
  private static final String STEP =
      "{\"event\":\"step\",\"step\":%d,\"epoch\":1,\"batch\":0,\"gradient_seconds\":1,"
          + "\"update_seconds\":1,\"bootstraps\":1,\"broadcast_bytes\":1,\"gradient_bytes\":1,"
          + "\"task_seconds\":{\"read\":1,\"expand\":1,\"logits\":1,\"softmax\":1,\"gradient\":1,\"sum\":1}}";
  private static final int STEPS = 2;

  @TempDir Path folder;
  private LoggedProcesses processes;
  private String expected;

  /** In the place of the data owner's commands; the oracle listens and answers nothing. */
  static final class Owner {
    private Owner() {}

    public static void main(String[] words) throws IOException {
      List<String> all = List.of(words);
      if (!all.contains("oracle")) {
        return;
      }
      String settings = Files.readString(Path.of(all.get(all.indexOf("-c") + 1)));
      Matcher port = Pattern.compile("oracle \\{ port = (\\d+)").matcher(settings);
      port.find();
      try (ServerSocket server =
          new ServerSocket(
              Integer.parseInt(port.group(1)), 9, InetAddress.getByName("localhost"))) {
        while (true) {
          server.accept().close();
        }
      }
    }
  }

  @BeforeEach
  void start() throws Exception {
    processes = new LoggedProcesses();
    Files.createDirectories(folder.resolve("owner"));
    Path spark = Files.createDirectories(folder.resolve("spark/bin")).getParent();
    // An executor is known by the name of its program. It starts no process that would outlive it.
    Files.copy(Path.of("/bin/bash"), spark.resolve("java"));
    script(
        spark.resolve("bin/spark-class"),
        "case \"$*\" in",
        "*master.Master*) echo Starting Spark master at spark://127.0.0.1:1; exec sleep 300 ;;",
        "esac",
        "echo Successfully registered with master",
        "while :; do",
        "  " + spark.resolve("java") + " -c 'exec 3<> <(:); read -t 300 -u 3'",
        "done");
    expected = ChaosFiles.modelDigest(new LocalStorage(folder.resolve("none")));
  }

  @AfterEach
  void stop() {
    processes.close();
  }

  private static void script(Path file, String... lines) throws IOException {
    Files.writeString(file, "#!/bin/bash\n" + String.join("\n", lines) + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }

  /**
   * A training.
   *
   * @param driver a script that has the variable {@code run}
   */
  private ChaosTraining training(String... driver) throws IOException {
    script(
        folder.resolve("spark/bin/spark-submit"),
        "for word; do",
        "  case $word in paths.run=*) run=${word#paths.run=} ;; esac",
        "done",
        "mkdir -p \"$run\"",
        String.join("\n", driver));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> owner =
        List.of(java, "-cp", System.getProperty("java.class.path"), Owner.class.getName());
    ChaosSite site =
        new ChaosSite(
            processes,
            new Programs(owner, List.of(), List.of()),
            folder,
            folder,
            folder.resolve("spark"),
            folder.resolve("hadoop"));
    return new ChaosTraining(site, false, new SplittableRandom(1), folder.resolve("training"));
  }

  private static String step(int number) {
    return "echo '" + String.format(Locale.ROOT, STEP, number) + "' >>\"$run/metrics.jsonl\"";
  }

  private static List<ChaosFault> faults(ChaosTraining.Result result) {
    return result.kills().stream().map(ChaosTraining.Kill::fault).toList();
  }

  /** The driver has neither a checkpoint nor a lock, and does not open its engine. */
  @ParameterizedTest
  @EnumSource(names = {"CHECKPOINT_TRUNCATED", "DISK_FULL", "DRIVER_STOPPED_BEYOND_ITS_LEASE"})
  void faultForWhichTheTrainingEndsTooEarly_doesNotCount(ChaosFault fault) throws Exception {
    try (ChaosTraining training = training(step(1), "sleep 3", step(2))) {
      ChaosTraining.Result result = training.run(List.of(fault), STEPS, expected);
      assertEquals("", result.difference());
      assertEquals(List.of(0), result.exits());
      assertEquals(List.of(), result.kills());
    }
  }

  /** Which would kill or stop nothing, or what the training does not need any more. */
  @Test
  void noFault_happensAfterTheEnd() throws Exception {
    try (ChaosTraining training = training(step(1))) {
      training.undisturbed();
      for (ChaosFault fault : ChaosFault.values()) {
        if (fault.canHappen(false)) {
          assertFalse(training.happen(fault), fault.name());
        }
      }
    }
  }

  /** The cluster has no keys to truncate, which executors copy from HDFS only. */
  @Test
  void faultOfAFileThatIsNotThere_doesNotCount() throws Exception {
    try (ChaosTraining training = training(step(1), "sleep 3", step(2))) {
      List<ChaosFault> faults = List.of(ChaosFault.CACHED_KEY_TRUNCATED);
      assertEquals(List.of(), training.run(faults, STEPS, expected).kills());
    }
  }

  @Test
  void faultsBeforeTheEnd_count() throws Exception {
    List<ChaosFault> faults = List.of(ChaosFault.DRIVER_KILLED, ChaosFault.CHECKPOINT_TRUNCATED);
    try (ChaosTraining training =
        training(
            "[[ -f $run/metrics.jsonl ]] || { " + step(1) + "; sleep 300; }", "sleep 3", step(2))) {
      ChaosTraining.Result result = training.run(faults, STEPS, expected);
      assertEquals("", result.difference());
      assertEquals(List.of(137, 0), result.exits());
      assertEquals(faults.subList(0, 1), faults(result));
    }
  }

  @Test
  void reasonOfADriverThatMayBeRepeated_isKept() throws Exception {
    String first = "[[ -f $run/metrics.jsonl ]] || { " + step(1);
    try (ChaosTraining training =
        training(first + "; echo 'hetal train: no answer of b:1'; exit 75; }", step(2))) {
      ChaosTraining.Result result = training.run(List.of(), STEPS, expected);
      assertEquals("", result.difference());
      assertEquals(List.of(75, 0), result.exits());
      assertEquals(List.of("no answer of b:1"), result.retries());
    }
  }

  @Test
  void driverThatMayBeRepeatedWithoutAReason_isAFailure() throws Exception {
    try (ChaosTraining training = training(step(1), "exit 75")) {
      ChaosTraining.Result result = training.run(List.of(), STEPS, expected);
      assertEquals(List.of(75), result.exits());
      assertTrue(result.difference().contains("gave no reason"), result.difference());
    }
  }
}
