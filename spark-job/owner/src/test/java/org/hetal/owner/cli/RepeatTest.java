package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.StoredFile;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.owner.Client;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kills each command, a process of its own, while it writes, and repeats it until it is done: what
 * is there then is whole, and with a fixed seed the bytes of a run that nobody killed.
 */
@Tag("slow")
class RepeatTest {
  private static final String SET = "insecure_n10_l12";
  private static final int KILLS = 2;
  private static final int SIGKILL_STATUS = 128 + 9;
  private static final long LIMIT_SECONDS = 120;

  @TempDir Path folder;
  private int killed;

  @ParameterizedTest
  @ValueSource(strings = {"none", "7"})
  void commandsKilledAndRepeated_leaveWhatUndisturbedOnesLeave(String seed) throws Exception {
    String[] set = {"--set", "insecure-seed=" + seed};
    OwnerFolder calm = owner("calm");
    OwnerFolder disturbed = owner("disturbed");
    SplittableRandom random = new SplittableRandom(seed.hashCode());
    for (Step step : steps(calm, disturbed)) {
      step.cluster.accept(calm);
      if (seed.equals("none")) {
        step.cluster.accept(disturbed);
      } else {
        copy(calm.root, disturbed.root, "cluster/run", "logits");
      }
      int before = count(calm.root);
      assertEquals(0, calm.hetal(step.command, with(set, step.arguments(calm))), calm.output);
      int writes = count(calm.root) - before;
      for (int kill = 0; kill < KILLS; kill++) {
        int status =
            runAndKill(
                disturbed,
                arguments(disturbed, step, set),
                1 + random.nextInt(writes),
                random.nextInt(2_000_000));
        if (status == 0) {
          break; // it was faster than the kill
        }
        assertEquals(SIGKILL_STATUS, status, "ended before it was killed");
        killed++;
      }
      String[] again = with(set, step.arguments(disturbed));
      assertEquals(0, disturbed.hetal(step.command, again), disturbed.output);
      assertEquals(0, disturbed.hetal(step.command, again), disturbed.output);
    }
    assertTrue(killed > 0, "no process was killed while it wrote");
    if (seed.equals("none")) {
      requireWhole(disturbed);
    } else {
      requireSame(calm, disturbed);
    }
    requireNoLeftovers(disturbed.root);
  }

  /** A command, its arguments, and what the cluster does before it. */
  private record Step(String command, Consumer<OwnerFolder> cluster, String... more) {
    String[] arguments(OwnerFolder owner) {
      return Stream.of(more)
          .map(text -> text.replace("ROOT", owner.root.toString()))
          .toArray(String[]::new);
    }
  }

  /** What the cluster made, for another folder with the same keys and data set. */
  private static void copy(Path from, Path to, String... folders) throws IOException {
    for (String folder : folders) {
      if (!Files.exists(from.resolve(folder))) {
        continue;
      }
      try (Stream<Path> files = Files.walk(from.resolve(folder))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path target = to.resolve(from.relativize(file));
          Files.createDirectories(target.getParent());
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static List<Step> steps(OwnerFolder... owners) throws IOException {
    for (OwnerFolder owner : owners) {
      Files.writeString(owner.root.resolve("new.csv"), "1,0,0,0\n0,1,0,0\n0,0,1,0\n");
    }
    Consumer<OwnerFolder> nothing = owner -> {};
    Consumer<OwnerFolder> train = owner -> owner.train("cluster/dataset", "cluster/run", "run");
    Consumer<OwnerFolder> predict = owner -> owner.predict("new", "logits");
    return List.of(
        new Step("keygen", nothing),
        new Step("encrypt", nothing),
        new Step("encrypt", nothing, "--rows", "ROOT/new.csv", "--output", "ROOT/new"),
        new Step("decrypt-model", train),
        new Step(
            "decrypt-predictions", predict, "--logits", "ROOT/logits", "--output", "ROOT/out.csv"));
  }

  private OwnerFolder owner(String name) throws IOException {
    return new OwnerFolder(Files.createDirectory(folder.resolve(name)), "native", SET);
  }

  private static String[] with(String[] set, String... more) {
    return Stream.concat(Stream.of(set), Stream.of(more)).toArray(String[]::new);
  }

  private static List<String> arguments(OwnerFolder owner, Step step, String[] set) {
    return owner.arguments(step.command, with(set, step.arguments(owner)));
  }

  /** Kills the process so many nanoseconds after it wrote so many files; its status. */
  private int runAndKill(OwnerFolder owner, List<String> arguments, int writes, int nanos)
      throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                HetalOwner.class.getName()));
    line.addAll(arguments);
    int before = count(owner.root);
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(new File(folder.toFile(), "child.log"))
            .start();
    try {
      while (process.isAlive() && count(owner.root) < before + writes) {
        Thread.onSpinWait();
      }
      long end = System.nanoTime() + nanos;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    } finally {
      process.destroyForcibly();
    }
    assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "still there after SIGKILL");
    return process.exitValue();
  }

  private static int count(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      return (int) files.count();
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof NoSuchFileException) {
        return 0; // a file went away meanwhile
      }
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireNoLeftovers(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      List<Path> hidden =
          files
              .filter(
                  file -> file.getFileName().toString().matches("\\..*|.*\\.(tmp|part|partial)"))
              .filter(file -> !file.getFileName().toString().equals(".lock"))
              .toList();
      assertEquals(List.of(), hidden);
    }
  }

  private static void requireSame(OwnerFolder calm, OwnerFolder disturbed) throws IOException {
    Map<String, byte[]> expected = files(calm.root);
    Map<String, byte[]> actual = files(disturbed.root);
    assertEquals(expected.keySet(), actual.keySet());
    for (Map.Entry<String, byte[]> file : expected.entrySet()) {
      assertArrayEquals(file.getValue(), actual.get(file.getKey()), file.getKey());
    }
  }

  /** All but what holds times and paths. */
  private static Map<String, byte[]> files(Path root) throws IOException {
    Map<String, byte[]> out = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String path = root.relativize(file).toString();
        if (!path.matches("owner/(datasets|rows)/.*|owner.conf")) {
          out.put(path, Files.readAllBytes(file));
        }
      }
    }
    return out;
  }

  private static void requireWhole(OwnerFolder owner) {
    NativeEngine.open(owner.root.resolve("cluster/keys"), 1).close();
    try (Client client = owner.client()) {
      for (String name : List.of("cluster/dataset", "new")) {
        LocalStorage storage = new LocalStorage(owner.root.resolve(name));
        for (EncryptedDataset.Group group : owner.dataset(name).groups()) {
          for (StoredFile file : group.features()) {
            client.decrypt(file.read(storage));
          }
        }
      }
    }
    assertEquals(0, owner.hetal("evaluate"), owner.output);
  }

  @Test
  void whatAKilledCommandLeft_isRemoved() throws Exception {
    OwnerFolder owner = new OwnerFolder(folder, "simulator", "insecure_simulator_n8_l12");
    String unique = ".01234567-89ab-cdef-0123-456789abcdef";
    write("owner/.secret.key" + unique, "half");
    write("cluster/keys/galois_5.key", "x");
    write("cluster/keys/galois_25.key.0123456789abcdef.tmp", "x");
    write("cluster/keys/.relinearization_0.key" + unique, "x");
    write("cluster/keys/manifest.tmp", "x");
    assertEquals(0, owner.hetal("keygen"), owner.output);
    assertTrue(
        owner.output.contains("4 files of unfinished evaluation keys removed"), owner.output);
    write("cluster/dataset/train/group-00000/x-0000.ct", "x");
    write("cluster/dataset/train/group-00007/.y.ct" + unique, "x");
    write("cluster/dataset/.manifest.json" + unique, "x");
    write("owner/datasets/.00000000000000000000000000000000.json" + unique, "x");
    assertEquals(0, owner.hetal("encrypt"), owner.output);
    assertTrue(owner.output.contains("3 files of an unfinished encryption removed"), owner.output);
    owner.train("cluster/dataset", "cluster/run", "run");
    write("owner/model/.model.npz" + unique, "x");
    assertEquals(0, owner.hetal("decrypt-model"), owner.output);
    Files.writeString(folder.resolve("new.csv"), "1,0,0,0\n");
    String[] rows = {"--rows", folder + "/new.csv", "--output", folder + "/new"};
    assertEquals(0, owner.hetal("encrypt", rows), owner.output);
    owner.predict("new", "logits");
    write(".out.csv" + unique, "x");
    String[] out = {"--logits", folder + "/logits", "--output", folder + "/out.csv"};
    assertEquals(0, owner.hetal("decrypt-predictions", out), owner.output);
    requireNoLeftovers(folder);
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
