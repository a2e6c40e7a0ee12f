package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the machine refuses to the data owner's commands, each in a process of its own. */
class FaultsTest {
  @TempDir Path folder;
  private Path conf;

  private record Outcome(int status, List<String> said) {}

  @BeforeEach
  void writeSettings() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      rows.append(i % 7).append(',').append(3 * (i % 3)).append(",5,").append(i % 3).append('\n');
    }
    Files.writeString(folder.resolve("rows.csv"), rows);
    conf = folder.resolve("test.conf");
    Files.writeString(
        conf,
        """
        hetal {
          backend = native
          parameters = insecure_n10_l12
          data { train.features = "FOLDER/rows.csv", classes = 3 }
          training { batch-rows = 20, epochs = 2, logit-range = 32, learning-rate = 2 }
          paths {
            secret-key = "FOLDER/owner/secret.key", private = "FOLDER/owner", plan = "FOLDER/plan.json", model = "FOLDER/model"
            key-bundle = "FOLDER/keys", dataset = "FOLDER/dataset", run = "FOLDER/run"
          }
        }
        """
            .replace("FOLDER", folder.toString()));
  }

  /** A command after a line of the shell; what it wrote to stderr apart from the warnings. */
  private Outcome run(String shell, List<String> options, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", shell + " && exec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:-UsePerfData");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(HetalOwner.class.getName());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-q", "-c", conf.toString()));
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile())
            .start();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it hangs");
    List<String> said =
        Files.readAllLines(err, StandardCharsets.UTF_8).stream()
            .filter(line -> !line.startsWith("WARNING: "))
            .toList();
    return new Outcome(process.exitValue(), said);
  }

  private static void assertLine(int status, String part, Outcome outcome) {
    assertEquals(status, outcome.status(), outcome.said().toString());
    assertEquals(1, outcome.said().size(), outcome.said().toString());
    assertTrue(outcome.said().get(0).contains(part), outcome.said().get(0));
  }

  /** A limit of the size of files stands for a disk that is full. */
  @Test
  void diskThatIsFull_cannotCommitAndSaysWhichFileAndWhy() throws Exception {
    String full = "ulimit -f 200";
    Outcome keys = run(full, List.of("-Djava.io.tmpdir=/tmp"), "plan");
    assertEquals(78, keys.status(), "the native library does not fit: " + keys.said());
    // With the library elsewhere only the results do not fit.
    Path libraries = unpacked();
    List<String> options = List.of("-Dhetal.native.dir=" + libraries);
    assertLine(73, "cannot write " + folder + "/keys/", run(full, options, "keygen"));
    assertEquals(
        0,
        run(
                "true",
                options,
                "keygen",
                "--set",
                "paths.secret-key=" + folder + "/2",
                "--set",
                "paths.key-bundle=" + folder + "/keys2")
            .status());
  }

  @Test
  void temporaryFolderThatIsMissing_isConfiguration() throws Exception {
    List<String> options = List.of("-Djava.io.tmpdir=" + folder + "/none");
    Outcome outcome = run("true", options, "keygen");
    assertLine(78, "the folder " + folder + "/none cannot take", outcome);
  }

  @Test
  void folderThatCannotBeMade_saysWhy() throws Exception {
    Outcome outcome = run("true", List.of(), "keygen", "--set", "paths.key-bundle=/proc/none/keys");
    assertEquals(73, outcome.status(), outcome.said().toString());
    assertTrue(outcome.said().get(0).contains("/proc/none"), outcome.said().toString());
    assertTrue(outcome.said().get(0).contains("o such file"), outcome.said().toString());
  }

  @Test
  void heapThatIsTooSmall_isConfiguration() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 200_000; i++) {
      rows.append("1,2,3,4,5,6,7,8,9,10,11,12,").append(i % 3).append('\n');
    }
    Files.writeString(folder.resolve("rows.csv"), rows);
    assertLine(78, "Java heap space", run("true", List.of("-Xmx16m"), "plan"));
  }

  private Path unpacked() throws IOException {
    Path out = Files.createDirectories(folder.resolve("libraries"));
    for (Map.Entry<String, Class<?>> each :
        Map.<String, Class<?>>of(
                "hetal_engine", org.hetal.he.EngineLibrary.class,
                "hetal_owner", org.hetal.he.owner.OwnerLibrary.class)
            .entrySet()) {
      String file = System.mapLibraryName(each.getKey());
      String arch = System.getProperty("os.arch").replace("amd64", "x86_64");
      try (var in = each.getValue().getResourceAsStream("/native/linux-" + arch + "/" + file)) {
        Files.copy(in, out.resolve(file));
      }
    }
    return out;
  }
}
