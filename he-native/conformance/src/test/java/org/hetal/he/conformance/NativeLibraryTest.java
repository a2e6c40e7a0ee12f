package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.hetal.he.EngineLibrary;
import org.hetal.he.NativeParameters;
import org.hetal.he.NativePlatform;
import org.hetal.he.owner.OwnerLibrary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
  private static final Pattern SECRET =
      Pattern.compile("owner|SecretKey|KeyGenerator|HETALSEC|HETALPUB|[Dd]ecrypt");

  @TempDir Path folder;

  /** What the other JVM of the loader tests runs. */
  public static final class Main {
    public static void main(String[] arguments) {
      System.out.println(NativeParameters.named(NativeBench.SET).ringDegree());
    }
  }

  private static byte[] library(Class<?> owner, String name) throws IOException {
    try (InputStream in =
        owner.getResourceAsStream(NativePlatform.resource("lib" + name + ".so"))) {
      return in.readAllBytes();
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  @Test
  void engineLibrary_hasNoSecretKeyCode() throws IOException {
    assertTrue(
        SECRET.matcher(text(library(OwnerLibrary.class, "hetal_owner"))).find(),
        "the check must find the owner's code where it is");
    var found = SECRET.matcher(text(library(EngineLibrary.class, "hetal_engine")));
    assertTrue(!found.find(), () -> "in the cluster's library: " + found.group());
  }

  @Test
  void libraries_areOfOneBuild() {
    assertEquals(EngineLibrary.abiVersion(), OwnerLibrary.abiVersion());
    assertEquals(EngineLibrary.commit(), OwnerLibrary.commit());
  }

  /** Runs Main with the folder as override; its output and exit status. */
  private String run(Path override) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Dhetal.native.dir=" + override,
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName()))
            .redirectErrorStream(true)
            .start();
    String out = text(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the other JVM did not end");
    return process.exitValue() + " " + out;
  }

  @Test
  void overrideFolder_isTakenAndNothingElse() throws Exception {
    String missing = run(folder);
    assertTrue(missing.startsWith("1 "), missing);
    assertTrue(missing.contains("tried [" + folder.resolve("libhetal_engine.so")), missing);
    Path file = folder.resolve("libhetal_engine.so");
    Files.write(file, new byte[] {1, 2, 3});
    assertTrue(run(folder).contains("no native library could be loaded"), "a broken file");
    Files.write(file, library(EngineLibrary.class, "hetal_engine"));
    assertEquals("0 1024", run(folder).strip());
  }

  @Test
  void libraryOfAnotherCommit_isRefusedWithBoth() throws Exception {
    String commit = EngineLibrary.commit();
    String other = (commit.charAt(0) == 'x' ? "y" : "x") + commit.substring(1);
    String changed = text(library(EngineLibrary.class, "hetal_engine")).replace(commit, other);
    Files.write(
        folder.resolve("libhetal_engine.so"), changed.getBytes(StandardCharsets.ISO_8859_1));
    String refused = run(folder);
    assertTrue(refused.startsWith("1 "), refused);
    assertTrue(refused.contains("of commit " + commit) && refused.contains(other), refused);
  }
}
