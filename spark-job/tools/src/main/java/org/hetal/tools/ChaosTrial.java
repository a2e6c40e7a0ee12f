package org.hetal.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hetal.command.ExitCode;
import org.hetal.dataset.LocalStorage;
import org.hetal.report.RunMetrics;

/**
 * One training on a cluster to which one thing happens, and what it takes until it has finished:
 * the documented command again, and for a damaged checkpoint the removal of its folder, which the
 * refusal asks for.
 */
final class ChaosTrial implements AutoCloseable {
  private static final int MOST_DRIVERS = 40;
  private static final int MINUTES = 10;
  private static final int STOP_SECONDS = 8;
  private static final int STARVE_ROUNDS = 80;
  private static final int FILE_LIMIT = 4096;
  private static final int LEASE_SECONDS = 130;
  private static final int SECONDS_BETWEEN_DRIVERS = 3;

  /**
   * @param step after which the fault came
   * @param exits of the drivers, in order
   */
  record Result(
      ChaosFault fault, int step, List<Integer> exits, double seconds, String difference) {}

  private final ChaosOwner owner;
  private final ChaosCluster cluster;
  private final ChaosFault fault;
  private final SplittableRandom random;
  private final Path folder;
  private final List<Integer> exits = new ArrayList<>();
  private Process oracle;
  private Process driver;
  private Process stopped;
  private String clock = "";

  /**
   * @param owner who has encrypted
   * @param folder of this trial, not there yet
   */
  ChaosTrial(
      ChaosOwner owner,
      ChaosCluster cluster,
      ChaosFault fault,
      SplittableRandom random,
      Path folder) {
    this.owner = owner;
    this.cluster = cluster;
    this.fault = fault;
    this.random = random;
    this.folder = folder.toAbsolutePath();
  }

  /** Trains undisturbed; the digest of the model. */
  String undisturbed() throws Exception {
    prepare();
    awaitEnd(driver);
    if (exits.get(0) != 0) {
      throw new DemoException(
          "train: expected exit code 0, actual " + exits.get(0) + "; see " + log(), exits.get(0));
    }
    return owner.digest(folder);
  }

  /**
   * @param steps of an undisturbed training
   * @param expected digest of its model
   */
  Result run(int steps, String expected) throws Exception {
    long start = System.nanoTime();
    prepare();
    int step = random.nextInt(steps - 1);
    awaitStep(step);
    TimeUnit.MILLISECONDS.sleep(random.nextInt(1000));
    apply();
    String end = finish();
    String difference =
        end.isEmpty() && !expected.equals(owner.digest(folder)) ? "other bytes" : end;
    return new Result(fault, step, exits, (System.nanoTime() - start) * 1e-9, difference);
  }

  private void prepare() throws Exception {
    owner.copyTo(folder);
    oracle = owner.startOracle(folder);
    driver = startDriver();
  }

  private Path run() {
    return folder.resolve("run");
  }

  private Path log() {
    return folder.resolve("driver.log");
  }

  private Process startDriver() throws IOException {
    List<String> command = new ArrayList<>();
    if (!clock.isEmpty()) {
      command.addAll(List.of("faketime", "--exclude-monotonic", "-f", clock));
    }
    command.addAll(owner.trainCommand(folder));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putAll(cluster.environment());
    // Otherwise it corrects a fault of an old C library, and Java's threads wait for no time at
    // all.
    builder.environment().put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    return builder.start();
  }

  private void awaitStep(int step) throws InterruptedException {
    LocalStorage storage = new LocalStorage(run());
    while (driver.isAlive() && RunMetrics.read(storage).lastStep() < step) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    // Before the first step the executors may not be there yet.
    while (driver.isAlive() && cluster.executors().isEmpty()) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private void apply() throws Exception {
    switch (fault) {
      case EXECUTOR_KILLED -> anExecutor().ifPresent(ProcessHandle::destroyForcibly);
      case EXECUTOR_STOPPED -> anExecutor().ifPresent(one -> pause(one, STOP_SECONDS * 1000));
      case EXECUTOR_STARVED ->
          anExecutor()
              .ifPresent(
                  one -> {
                    for (int i = 0; i < STARVE_ROUNDS; i++) {
                      pause(one, 90);
                      sleep(10);
                    }
                  });
      case WORKER_KILLED -> cluster.replaceWorker(random.nextInt(ChaosCluster.workers()));
      case DRIVER_KILLED -> kill(driver);
      case DRIVER_STOPPED_BEYOND_ITS_LEASE -> {
        signal("-STOP", driver.toHandle());
        stopped = driver;
        driver = startDriver();
      }
      case ORACLE_KILLED -> {
        kill(oracle);
        sleep(1000L * random.nextInt(STOP_SECONDS));
        oracle = owner.startOracle(folder);
      }
      case DISK_FULL ->
          execute("prlimit", "--pid", Long.toString(driver.pid()), "--fsize=" + FILE_LIMIT);
      case CHECKPOINT_TRUNCATED -> {
        kill(driver);
        truncate(newestCheckpoint().flatMap(ChaosTrial::largestFile));
      }
      case CACHED_KEY_TRUNCATED -> truncate(largestFile(cluster.executorFolder()));
      case CLOCK_AHEAD, CLOCK_BEHIND -> {
        kill(driver);
        clock = fault == ChaosFault.CLOCK_AHEAD ? "+3600s" : "-3600s";
      }
    }
  }

  /** Waits, and calls the documented command until it succeeds; what went wrong, or "". */
  private String finish() throws Exception {
    for (int drivers = 0; drivers < MOST_DRIVERS; drivers++) {
      if (!awaitEnd(driver)) {
        return "a driver that had not ended after " + MINUTES + " minutes";
      }
      int exit = exits.get(exits.size() - 1);
      if (exit == 0) {
        return stopped == null ? "" : wakeUp();
      }
      if (exit == ExitCode.INPUT.status() && fault == ChaosFault.CHECKPOINT_TRUNCATED) {
        newestCheckpoint().ifPresent(Parties::delete);
      } else if (exit == ExitCode.INTERNAL.status()) {
        return "an internal error";
      }
      TimeUnit.SECONDS.sleep(stopped == null ? SECONDS_BETWEEN_DRIVERS : LEASE_SECONDS / 10);
      driver = startDriver();
    }
    return "no success after " + MOST_DRIVERS + " drivers";
  }

  /** The driver that was stopped must end without writing: its run is another's. */
  private String wakeUp() throws Exception {
    signal("-CONT", stopped.toHandle());
    if (!awaitEnd(stopped)) {
      return "the driver that woke up had not ended after " + MINUTES + " minutes";
    }
    int exit = exits.get(exits.size() - 1);
    return exit == 0 ? "the driver that woke up succeeded in a run that another had finished" : "";
  }

  private boolean awaitEnd(Process process) throws InterruptedException {
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      return false;
    }
    exits.add(process.exitValue());
    return true;
  }

  private Optional<ProcessHandle> anExecutor() {
    List<ProcessHandle> all = cluster.executors();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
  }

  private static void kill(Process process) throws InterruptedException {
    process.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }

  private static void pause(ProcessHandle process, long millis) {
    signal("-STOP", process);
    sleep(millis);
    signal("-CONT", process);
  }

  private static void signal(String name, ProcessHandle process) {
    execute("kill", name, Long.toString(process.pid()));
  }

  /** The process may have ended meanwhile, so the exit code does not matter. */
  private static void execute(String... command) {
    try {
      new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("running " + command[0], e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted");
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(Duration.ofMillis(millis).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted");
    }
  }

  /** The folder of the newest checkpoint that is whole; the newest names sort last. */
  private Optional<Path> newestCheckpoint() throws IOException {
    Path checkpoints = run().resolve("checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(checkpoints)) {
      return all.filter(each -> Files.exists(each.resolve("manifest.json")))
          .max(Comparator.comparing(each -> each.getFileName().toString()));
    }
  }

  private static Optional<Path> largestFile(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .max(Comparator.comparing(each -> each.toFile().length()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void truncate(Optional<Path> file) throws IOException {
    if (file.isPresent()) {
      try (FileChannel channel = FileChannel.open(file.get(), StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() / 2);
      }
    }
  }

  @Override
  public void close() {
    for (Process process : new Process[] {oracle, driver, stopped}) {
      if (process != null) {
        process.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }
  }
}
