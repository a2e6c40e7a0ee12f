package org.hetal.tools;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.hetal.command.ExitCode;
import org.hetal.dataset.Storage;
import org.hetal.report.RunMetrics;

/**
 * One training on the cluster to which things happen, and what it takes until it has finished: the
 * documented command again, and for a damaged checkpoint the removal of its folder, which the
 * refusal asks for.
 */
final class ChaosTraining implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofMinutes(8);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(150);
  private static final int MOST_DRIVERS = 60;
  private static final int SECONDS = 4;
  private static final int FILE_LIMIT = 4096;
  private static final int LEASE_SECONDS = 125;
  private static final int CLOCK_SECONDS = 3600;
  private static final int KILLED = 137;
  private static final Pattern ENGINE = Pattern.compile("(opened engine)");
  private static final Pattern TAKEN_OVER = Pattern.compile("(taken over from)");

  /**
   * One fault that happened.
   *
   * @param step after which it came
   */
  record Kill(ChaosFault fault, int step) {}

  /**
   * @param exits of the drivers, in order
   * @param difference from what was expected; empty: none
   */
  record Result(
      boolean onHdfs, List<Kill> kills, List<Integer> exits, double seconds, String difference) {}

  private final ChaosSite site;
  private final boolean onHdfs;
  private final SplittableRandom random;
  private final Path folder;
  private final Storage storage;
  private final List<Kill> kills = new ArrayList<>();
  private final List<Integer> exits = new ArrayList<>();
  private Process oracle;
  private Process driver;
  private Process stopped;
  private int drivers;
  private int clock;
  private int lastStep;
  private boolean truncated;
  private boolean finished;
  private String failure = "";

  /**
   * @param onHdfs keys, data set and run; false: on this machine's disk
   * @param folder of this training, not there yet; its name is the training's
   */
  ChaosTraining(ChaosSite site, boolean onHdfs, SplittableRandom random, Path folder) {
    this.site = site;
    this.onHdfs = onHdfs;
    this.random = random;
    this.folder = folder.toAbsolutePath();
    this.storage = site.storage(onHdfs, this.folder);
  }

  /** Trains undisturbed; the digest of the model. */
  String undisturbed() {
    prepare();
    reach(Integer.MAX_VALUE);
    if (!finished || drivers != 1) {
      throw new DemoException(
          "train: expected exit code 0, actual " + exits + "; see " + log(), exits.get(0));
    }
    return ChaosFiles.modelDigest(storage);
  }

  /** Steps that are done. */
  int steps() {
    return lastStep();
  }

  /**
   * Trains; faults for which the training ended too early do not happen.
   *
   * @param steps of an undisturbed training
   * @param expected digest of its model
   */
  Result run(List<ChaosFault> faults, int steps, String expected) {
    long start = System.nanoTime();
    prepare();
    int[] moments = random.ints(faults.size(), 0, steps - 1).sorted().toArray();
    for (int i = 0; i < moments.length && reach(moments[i]); i++) {
      Signals.sleep(Duration.ofMillis(random.nextInt(600)));
      happen(faults.get(i));
    }
    reach(Integer.MAX_VALUE);
    endStoppedDriver();
    if (failure.isEmpty() && !expected.equals(ChaosFiles.modelDigest(storage))) {
      failure = "other bytes";
    }
    return new Result(onHdfs, kills, exits, (System.nanoTime() - start) * 1e-9, failure);
  }

  private void prepare() {
    site.owner().copyTo(folder);
    oracle = site.owner().startOracle(folder);
    startDriver();
  }

  private Path log() {
    return folder.resolve("driver-" + drivers + ".log");
  }

  private void startDriver() {
    drivers++;
    List<String> command = new ArrayList<>();
    if (clock != 0) {
      String change = (clock > 0 ? "+" : "") + clock + "s";
      command.addAll(List.of("faketime", "--exclude-monotonic", "-f", change));
    }
    command.addAll(
        site.owner()
            .trainCommand(
                site.cluster().submit(), folder, site.root(onHdfs), site.run(onHdfs, folder)));
    Map<String, String> environment = new HashMap<>(site.cluster().environment());
    // Otherwise it corrects a fault of an old C library, and Java's threads wait for no time at
    // all.
    environment.put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
    driver = site.processes().start(command, environment, log());
  }

  /** Waits until a step is done, and starts drivers that ended again; false: it ended before. */
  private boolean reach(int step) {
    long end = System.nanoTime() + LONGEST.toNanos();
    while (!finished && failure.isEmpty()) {
      if (!driver.isAlive()) {
        driverEnded();
      } else if (lastStep() >= step && !site.cluster().executors().isEmpty()) {
        return true;
      } else if (System.nanoTime() > end) {
        failure = "no end after " + LONGEST.toMinutes() + " minutes; see " + log();
      } else {
        Signals.sleep(BETWEEN_LOOKS);
      }
    }
    return false;
  }

  /** The last known while the file system is away. */
  private int lastStep() {
    try {
      lastStep = RunMetrics.read(storage).lastStep();
    } catch (UncheckedIOException e) {
      // The datanode does not answer.
    }
    return lastStep;
  }

  private void driverEnded() {
    int exit = driver.exitValue();
    exits.add(exit);
    if (exit == 0) {
      finished = true;
    } else if (drivers == MOST_DRIVERS) {
      failure = "no success after " + MOST_DRIVERS + " drivers";
    } else if (exit == ExitCode.INPUT.status() && truncated) {
      truncated = false;
      ChaosFiles.newestCheckpoint(folder.resolve("run")).ifPresent(Parties::delete);
      startDriver();
    } else if (exit == KILLED) {
      startDriver();
    } else if (exit == ExitCode.COMMIT.status() || exit == ExitCode.RETRY.status()) {
      Signals.sleep(Duration.ofSeconds(2));
      startDriver();
    } else {
      failure = "a driver ended with exit code " + exit + "; see " + log();
    }
  }

  private void happen(ChaosFault fault) {
    kills.add(new Kill(fault, lastStep()));
    switch (fault) {
      case EXECUTOR_KILLED -> anExecutor().ifPresent(ProcessHandle::destroyForcibly);
      case EXECUTOR_STOPPED -> anExecutor().ifPresent(one -> Signals.pause(List.of(one), SECONDS));
      case EXECUTOR_STARVED -> anExecutor().ifPresent(one -> Signals.starve(List.of(one), SECONDS));
      case WORKER_KILLED -> site.cluster().replaceWorker(aWorker());
      case WORKER_STOPPED -> Signals.pause(site.cluster().machine(aWorker()), SECONDS);
      case WORKER_STARVED -> Signals.starve(site.cluster().machine(aWorker()), SECONDS);
      case DRIVER_KILLED -> Signals.kill(driver);
      case DRIVER_STOPPED -> Signals.pause(Signals.tree(driver), SECONDS);
      case DRIVER_STARVED -> Signals.starve(Signals.tree(driver), SECONDS);
      case DRIVER_STOPPED_BEYOND_ITS_LEASE -> replaceDriver();
      case ORACLE_KILLED -> {
        Signals.kill(oracle);
        Signals.sleep(someSeconds());
        oracle = site.owner().startOracle(folder);
      }
      case ORACLE_STOPPED -> Signals.pause(Signals.tree(oracle), SECONDS);
      case ORACLE_STARVED -> Signals.starve(Signals.tree(oracle), SECONDS);
      case DATANODE_KILLED -> {
        Signals.kill(site.hdfs().datanode());
        Signals.sleep(someSeconds());
        site.hdfs().startDatanode();
      }
      case DATANODE_STOPPED -> Signals.pause(Signals.tree(site.hdfs().datanode()), SECONDS);
      case DATANODE_STARVED -> Signals.starve(Signals.tree(site.hdfs().datanode()), SECONDS);
      case DISK_FULL -> {
        // Before, the driver writes its native library into the folder of temporary files.
        LoggedProcesses.says(driver, ENGINE, log());
        Signals.limitFiles(Signals.tree(driver), FILE_LIMIT);
      }
      case CHECKPOINT_TRUNCATED -> truncateCheckpoint();
      case CACHED_KEY_TRUNCATED -> {
        ChaosFiles.truncateOne(site.cluster().cachedKeys(), random);
        anExecutor().ifPresent(ProcessHandle::destroyForcibly);
      }
      case CLOCK_AHEAD -> changeClock(CLOCK_SECONDS);
      case CLOCK_BEHIND -> changeClock(-CLOCK_SECONDS);
    }
  }

  private void truncateCheckpoint() {
    Path run = folder.resolve("run");
    while (ChaosFiles.newestCheckpoint(run).isEmpty() && reach(lastStep() + 1)) {
      // Before the first checkpoint there is none to damage.
    }
    Signals.kill(driver);
    ChaosFiles.newestCheckpoint(run).ifPresent(each -> ChaosFiles.truncateOne(each, random));
    truncated = true;
  }

  private void changeClock(int seconds) {
    Signals.kill(driver);
    clock += seconds;
  }

  /** The first driver wakes up while the second one trains, or when the second one has finished. */
  private void replaceDriver() {
    endStoppedDriver();
    Signals.stop(Signals.tree(driver));
    stopped = driver;
    Signals.sleep(Duration.ofSeconds(LEASE_SECONDS));
    startDriver();
    if (LoggedProcesses.says(driver, TAKEN_OVER, log()) && random.nextBoolean()) {
      Signals.sleep(someSeconds());
      endStoppedDriver();
    }
  }

  /** The driver that was stopped wakes up, and must end: its run is another's. */
  private void endStoppedDriver() {
    if (stopped == null || !failure.isEmpty()) {
      return;
    }
    String before = finished ? ChaosFiles.digest(storage) : "";
    Signals.wakeUp(Signals.tree(stopped));
    try {
      if (!stopped.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
        failure = "the driver that woke up has not ended";
        return;
      }
    } catch (InterruptedException e) {
      throw Signals.interrupted();
    }
    int exit = stopped.exitValue();
    exits.add(exit);
    stopped = null;
    if (exit != ExitCode.COMMIT.status()) {
      failure = "the driver that woke up ended with exit code " + exit + ", not 73";
    } else if (finished && !before.equals(ChaosFiles.digest(storage))) {
      failure = "the driver that woke up wrote into the run of another";
    }
  }

  private Optional<ProcessHandle> anExecutor() {
    List<ProcessHandle> all = site.cluster().executors();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
  }

  private int aWorker() {
    return random.nextInt(StandaloneCluster.workers());
  }

  private Duration someSeconds() {
    return Duration.ofMillis(random.nextInt(1000 * SECONDS));
  }

  @Override
  public void close() {
    for (Process process : Arrays.asList(oracle, driver, stopped)) {
      if (process != null) {
        Signals.kill(process);
      }
    }
  }
}
