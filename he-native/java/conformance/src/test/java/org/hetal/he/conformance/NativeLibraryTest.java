package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hetal.he.NativeLibraryException;
import org.hetal.he.engine.EngineLibrary;
import org.hetal.he.engine.NativeParameters;
import org.hetal.he.library.NativePlatform;
import org.hetal.he.owner.OwnerLibrary;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class NativeLibraryTest {
  private static final Pattern SECRET =
      Pattern.compile("owner|SecretKey|KeyGenerator|HETALSEC|HETALPUB|[Dd]ecrypt");

  @TempDir Path folder;

  /** What the other JVM of the loader tests runs. */
  public static final class Main {
    public static void main(String[] arguments) {
      try {
        System.out.println(NativeParameters.named(NativeFixture.SET).ringDegree());
      } catch (NativeLibraryException e) {
        System.out.println(e.getMessage());
        try {
          NativeParameters.named(NativeFixture.SET);
        } catch (NativeLibraryException second) {
          System.exit(e.getMessage().equals(second.getMessage()) ? 78 : 70);
        }
      }
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

  /** In a JVM of its own, because it cannot be taken back. */
  @Test
  void aProtectedProcess_leavesNoCoreFile() throws Exception {
    OtherJvm run =
        OtherJvm.run(OtherJvm.command(ProtectedMain.class, List.of(), List.of()), Map.of());
    assertEquals(0, run.status(), run.output());
    assertTrue(run.output().matches("(?s).*Max core file size +0 +0 +bytes.*"), run.output());
  }

  /** Protects itself and prints its limits. */
  static final class ProtectedMain {
    private ProtectedMain() {}

    public static void main(String[] arguments) throws IOException {
      OwnerLibrary.protectProcess();
      System.out.print(Files.readString(Path.of("/proc/self/limits")));
    }
  }

  /** Runs Main with these options; its exit status and output. */
  private String run(String... options) throws IOException, InterruptedException {
    OtherJvm run =
        OtherJvm.run(OtherJvm.command(Main.class, List.of(options), List.of()), Map.of());
    return run.status() + " " + run.output();
  }

  private String runFrom(Path override) throws IOException, InterruptedException {
    return run("-Dhetal.native.dir=" + override);
  }

  /** Runs Main after commands of the shell, in which $1 is the test's folder. */
  private String runAfter(String shell, String temporary) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", shell + " && shift && exec \"$@\""));
    command.addAll(List.of("sh", folder.toString()));
    List<String> options = List.of("-Djava.io.tmpdir=" + temporary, "-XX:-UsePerfData");
    command.addAll(OtherJvm.command(Main.class, options, List.of()));
    OtherJvm run = OtherJvm.run(command, Map.of());
    return run.status() + " " + run.output();
  }

  /** One line that names the folder, says why, and what to do; status 78. */
  private void assertUnusable(String actual, String reason) {
    assertTrue(actual.startsWith("78 the folder " + folder), actual);
    assertEquals(1, actual.strip().lines().count(), actual);
    assertTrue(actual.contains(reason), actual);
    assertTrue(actual.contains("-Djava.io.tmpdir=FOLDER"), actual);
    assertTrue(actual.contains("HETAL_NATIVE_DIR"), actual);
  }

  @Test
  void overrideFolder_isTakenAndNothingElse() throws Exception {
    Path file = folder.resolve("libhetal_engine.so");
    String missing = runFrom(folder);
    assertTrue(missing.startsWith("78 " + file + ": expected a library"), missing);
    assertTrue(missing.contains("HETAL_NATIVE_DIR"), missing);
    Files.write(file, new byte[] {1, 2, 3});
    String broken = runFrom(folder);
    assertTrue(broken.startsWith("78 "), broken);
    assertTrue(broken.contains("libhetal_engine.so cannot be loaded: "), broken);
    Files.write(file, library(EngineLibrary.class, "hetal_engine"));
    assertEquals("0 1024", runFrom(folder).strip());
  }

  @Test
  void temporaryFolderThatIsMissing_isOneLine() throws Exception {
    Path none = folder.resolve("none");
    assertUnusable(run("-Djava.io.tmpdir=" + none), "none cannot take");
    Path file = Files.writeString(folder.resolve("file"), "");
    assertUnusable(run("-Djava.io.tmpdir=" + file), "file cannot take");
  }

  @Test
  void temporaryFolderThatIsFull_isOneLine() throws Exception {
    assertUnusable(runAfter("ulimit -f 64", folder.toString()), "File too large");
    try (var left = Files.list(folder)) {
      assertEquals(List.of(), left.toList(), "the unfinished copy goes");
    }
  }

  /** The real thing, where a file system may be mounted. */
  @Test
  void temporaryFileSystemsThatAreFullOrNoexec_areOneLine() throws Exception {
    OtherJvm may = OtherJvm.run(List.of("unshare", "-m", "true"), Map.of());
    assumeTrue(
        may.status() == 0,
        () -> "SKIPPED: mounting needs the capability SYS_ADMIN: " + may.output().strip());
    for (String[] each :
        new String[][] {
          {"noexec", folder + " is mounted noexec"}, {"size=100k", "No space left on device"}
        }) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "unshare",
                  "-m",
                  "sh",
                  "-c",
                  "mount -t tmpfs -o " + each[0] + " tmpfs \"$1\" && shift && exec \"$@\"",
                  "sh",
                  folder.toString()));
      List<String> options = List.of("-Djava.io.tmpdir=" + folder, "-XX:-UsePerfData");
      command.addAll(OtherJvm.command(Main.class, options, List.of()));
      OtherJvm run = OtherJvm.run(command, Map.of());
      assertUnusable(run.status() + " " + run.output(), each[1]);
    }
  }

  @Test
  void libraryOfAnotherCommit_isRefusedWithBoth() throws Exception {
    String commit = EngineLibrary.commit();
    String other = (commit.charAt(0) == 'x' ? "y" : "x") + commit.substring(1);
    String changed = text(library(EngineLibrary.class, "hetal_engine")).replace(commit, other);
    Files.write(
        folder.resolve("libhetal_engine.so"), changed.getBytes(StandardCharsets.ISO_8859_1));
    String refused = runFrom(folder);
    assertTrue(refused.startsWith("78 "), refused);
    assertTrue(refused.contains("of commit " + commit) && refused.contains(other), refused);
  }
}
