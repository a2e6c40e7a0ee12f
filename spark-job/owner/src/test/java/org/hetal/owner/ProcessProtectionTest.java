package org.hetal.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hetal.config.Settings;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In JVMs of their own, because it cannot be taken back. */
@Tag("slow")
class ProcessProtectionTest {
  private static final String NO_CORE_FILE = "(?s).*Max core file size +0 +0 +bytes.*";

  @TempDir Path folder;

  /** Runs {@link Training} with as large a core file as the system allows; what it says. */
  private static String training(String option, String backend, String parameters)
      throws Exception {
    String raised = "ulimit -S -c \"$(ulimit -H -c)\"; exec \"$@\"";
    List<String> line = new ArrayList<>(List.of("sh", "-c", raised, "sh"));
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of(option, "-cp", System.getProperty("java.class.path")));
    line.addAll(List.of(Training.class.getName(), backend, parameters));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), "still running");
    assertEquals(0, process.exitValue(), out);
    return out;
  }

  /** Trains and prints the limits of the process. */
  static final class Training {
    private Training() {}

    public static void main(String[] arguments) throws IOException {
      Settings settings = Clusters.settings(arguments[0], arguments[1], "training.epochs", "1");
      EncryptedTraining.inOneJvm(settings, Clusters.data(settings))
          .withOwnerListener(
              new OwnerListener() {
                @Override
                public void notice(String line) {
                  System.out.println(line);
                }
              })
          .run();
      System.out.print(Files.readString(Path.of("/proc/self/limits")));
    }
  }

  @Test
  void trainingInOneJvm_leavesNoCoreFile() throws Exception {
    String said = training("-Dhetal.x=y", "native", "insecure_n10_l12");
    assertTrue(said.matches(NO_CORE_FILE), said);
    assertFalse(said.contains("not protected"), said);
  }

  /** A folder without a library stands for a build without it. */
  @Test
  void trainingWithTheSimulator_needsNoLibrary() throws Exception {
    String said =
        training("-Dhetal.native.dir=" + folder, "simulator", "insecure_simulator_n8_l12");
    assertTrue(said.contains("Max core file size"), said);
  }

  @Test
  void missingLibrary_isSaid() throws Exception {
    String java = System.getProperty("java.home") + "/bin/java";
    Process process =
        new ProcessBuilder(
                java,
                "-Dhetal.native.dir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                Asking.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
    assertEquals(0, process.exitValue(), said);
    assertTrue(said.startsWith("the memory of this process is not protected: " + folder), said);
  }

  /** Prints what {@link ProcessProtection#of} says. */
  static final class Asking {
    private Asking() {}

    public static void main(String[] arguments) {
      System.out.println(ProcessProtection.of(Clusters.settings("native", "insecure_n10_l12")));
    }
  }
}
