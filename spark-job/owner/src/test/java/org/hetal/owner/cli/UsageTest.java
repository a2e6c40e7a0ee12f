package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people write on the command line: taken as it is meant, or refused in one line. */
class UsageTest {
  private static final String SET = "insecure_simulator_n8_l12";
  @TempDir Path folder;

  private List<String> command(String name, String paths, String... more) throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      rows.append(i % 3 == 0 ? 9 + i % 2 : i % 4).append(',').append(3 * (i % 3)).append(',');
      rows.append(i % 3).append('\n');
    }
    Files.writeString(folder.resolve("rows.csv"), rows);
    List<String> arguments = new ArrayList<>(List.of(name, "--quiet"));
    for (String setting :
        List.of(
            "backend=simulator",
            "parameters=" + SET,
            "data.train.features=" + paths + "/rows.csv",
            "data.classes=3",
            "training.batch-rows=60",
            "training.logit-range=32",
            "training.learning-rate=2",
            "paths.secret-key=" + paths + "/owner/secret.key",
            "paths.private=" + paths + "/owner",
            "paths.plan=" + paths + "/cluster/plan.json",
            "paths.model=" + paths + "/owner/model",
            "paths.key-bundle=" + paths + "/cluster/keys",
            "paths.dataset=" + paths + "/cluster/dataset",
            "paths.run=" + paths + "/cluster/run")) {
      arguments.addAll(List.of("--set", setting));
    }
    arguments.addAll(List.of(more));
    return arguments;
  }

  private static CommandRun run(List<String> arguments) {
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private static void assertRefused(int status, String part, CommandRun run) {
    assertEquals(status, run.status(), run.output());
    List<String> said = run.output().lines().filter(line -> line.startsWith("hetal")).toList();
    assertEquals(1, said.size(), run.output());
    assertTrue(said.get(0).contains(part), run.output());
    assertFalse(run.output().contains("\tat "), run.output());
  }

  @Test
  void fileUris_areTheFoldersThatTheyName() throws Exception {
    for (String command : List.of("keygen", "encrypt")) {
      CommandRun run = run(command(command, "file://" + folder));
      assertEquals(0, run.status(), run.output());
    }
    assertTrue(Files.exists(folder.resolve("owner/secret.key")));
    assertTrue(Files.exists(folder.resolve("cluster/keys")));
    assertTrue(Files.exists(folder.resolve("cluster/dataset")));
    assertFalse(Files.exists(Path.of("file:")));
  }

  @Test
  void otherFileSystems_areRefusedWhereTheyWouldBeWritten() throws Exception {
    String remote = "hdfs://namenode/hetal";
    assertRefused(
        78,
        "paths.key-bundle: expected a path of this machine",
        run(command("keygen", folder.toString(), "--set", "paths.key-bundle=" + remote)));
    CommandRun made = run(command("keygen", folder.toString(), "--set", "paths.run=" + remote));
    assertEquals(0, made.status(), "not used here: " + made.output());
    assertRefused(
        78,
        "paths.dataset: expected a path of this machine",
        run(command("encrypt", folder.toString(), "--set", "paths.dataset=" + remote)));
    assertFalse(Files.exists(Path.of("hdfs:")));
    assertRefused(64, "hdfs dfs -put", run(command("plan", folder.toString(), "-c", remote)));
  }

  @Test
  void settingWithoutAName_isUsage() throws Exception {
    assertRefused(
        64,
        "expected a setting such as training.epochs, actual 'training,epochs'",
        run(command("plan", folder.toString(), "--set", "training,epochs=3")));
    assertRefused(64, "--frobnicate", run(command("plan", folder.toString(), "--frobnicate")));
  }

  /** A lone percent sign in a description makes picocli warn on the error stream. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "plan",
        "keygen",
        "encrypt",
        "oracle",
        "decrypt-model",
        "decrypt-predictions",
        "evaluate",
        "report",
        "change-passphrase"
      })
  void help_isPrintedWithoutWarnings(String command) {
    CommandRun run = CommandRun.of(command, "--help");
    assertEquals(0, run.status());
    assertTrue(run.output().contains("Usage: hetal " + command), run.output());
    assertFalse(run.output().contains("WARN"), run.output());
  }
}
