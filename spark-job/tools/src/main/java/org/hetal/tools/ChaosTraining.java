package org.hetal.tools;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.hetal.command.ExitCode;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
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
  private static final Pattern REASON = Pattern.compile("(?m)^hetal train: (.+)$");
  private static final Pattern ENGINE = Pattern.compile("(opened engine)");
  private static final Pattern TAKEN_OVER = Pattern.compile("(taken over from)");
  private static final Pattern TAKEN_FROM_A_LIVING_ONE =
      Pattern.compile("taken over from .*has not renewed");
  private static final Duration TO_RENEW = Duration.ofSeconds(60);
  private static final Duration CLOCKS_AGREE = Duration.ofSeconds(60);
  private static final Duration BETWEEN_FILLINGS = Duration.ofMillis(20);

  /**
   * One fault that happened.
   *
   * @param step after which it came
   * @param how it happened, where there is more than one way; or empty
   */
  record Kill(ChaosFault fault, int step, String how) {}

  /**
   * @param kills the first of the faults that were asked for; the others did not happen
   * @param exits of the drivers, in order
   * @param retries what the drivers said that ended with {@link ExitCode#RETRY}, in order
   * @param difference from what was expected; empty: none
   */
  record Result(
      boolean onHdfs,
      List<Kill> kills,
      List<Integer> exits,
      List<String> retries,
      double seconds,
      String difference) {}

  private final ChaosSite site;
  private final boolean onHdfs;
  private final SplittableRandom random;
  private final Path folder;
  private final List<Kill> kills = new ArrayList<>();
  private final List<Integer> exits = new ArrayList<>();
  private final List<String> retries = new ArrayList<>();
  private Storage storage;
  private Path localRun;
  private String run;
  private ChaosDisk disk;
  private ChaosClock clock;
  private Process oracle;
  private Process driver;
  private Process stopped;
  private Path stoppedLog;
  private int drivers;
  private int rivals;
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
  }

  /** Trains undisturbed; the digest of the model. */
  String undisturbed() {
    prepare(List.of());
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
   * Trains. A fault that cannot happen, such as one of an executor that has just ended, is tried
   * again while the training goes on. Faults for which it ended too early do not happen.
   *
   * @param steps of an undisturbed training
   * @param expected digest of its model
   */
  Result run(List<ChaosFault> faults, int steps, String expected) {
    long start = System.nanoTime();
    prepare(faults);
    int[] moments = random.ints(faults.size(), 0, steps - 1).sorted().toArray();
    for (int i = 0; i < moments.length && reach(moments[i]); ) {
      Signals.sleep(Duration.ofMillis(random.nextInt(600)));
      i += happen(faults.get(i)) ? 1 : 0;
    }
    reach(Integer.MAX_VALUE);
    endStoppedDriver();
    if (failure.isEmpty() && !expected.equals(ChaosFiles.modelDigest(storage))) {
      failure = "other bytes";
    }
    return new Result(onHdfs, kills, exits, retries, (System.nanoTime() - start) * 1e-9, failure);
  }

  private void prepare(List<ChaosFault> faults) {
    site.owner().copyTo(folder);
    localRun = folder.resolve("run");
    run = site.run(onHdfs, folder);
    storage = site.storage(onHdfs, folder);
    if (faults.contains(ChaosFault.DISK_FULL)) {
      ChaosDisk.mount(site.processes(), folder.resolve("disk"), folder.resolve("disk.log"))
          .ifPresent(this::runOn);
    }
    if (faults.contains(ChaosFault.CLOCK_AHEAD) || faults.contains(ChaosFault.CLOCK_BEHIND)) {
      clock = clock("clock");
    }
    oracle = site.owner().startOracle(folder);
    startDriver();
  }

  private void runOn(ChaosDisk mounted) {
    disk = mounted;
    localRun = disk.root().resolve("run");
    run = disk.rootInside().resolve("run").toString();
    storage = new LocalStorage(localRun);
  }

  private ChaosClock clock(String name) {
    return new ChaosClock(ChaosClock.library().orElseThrow(), folder.resolve(name));
  }

  private Path log() {
    return folder.resolve("driver-" + drivers + ".log");
  }

  private void startDriver() {
    drivers++;
    driver = submit(clock, log());
  }

  /**
   * Starts the documented command.
   *
   * @param goesBy null: the clock of this machine
   */
  private Process submit(ChaosClock goesBy, Path log) {
    List<String> command = new ArrayList<>(disk == null ? List.of() : disk.enter(folder));
    command.addAll(
        site.owner().trainCommand(site.cluster().submit(), folder, site.root(onHdfs), run));
    Map<String, String> environment = new HashMap<>(site.cluster().environment());
    if (goesBy != null) {
      environment.putAll(goesBy.environment());
    }
    Process process = site.processes().start(command, environment, log);
    if (goesBy != null) {
      process.onExit().thenRun(() -> ChaosClock.removeLeftovers(process.pid()));
    }
    return process;
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
    noteRetry(exit, log());
    if (exit == 0) {
      finished = true;
    } else if (!failure.isEmpty()) {
      return;
    } else if (drivers == MOST_DRIVERS) {
      failure = "no success after " + MOST_DRIVERS + " drivers";
    } else if (exit == ExitCode.INPUT.status() && truncated) {
      truncated = false;
      ChaosFiles.newestCheckpoint(localRun).ifPresent(Parties::delete);
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

  /** What may pass has a reason, which the driver says. */
  private void noteRetry(int exit, Path log) {
    if (exit == ExitCode.RETRY.status()) {
      LoggedProcesses.lastOf(log, REASON)
          .ifPresentOrElse(
              retries::add,
              () -> failure = "a driver ended with exit code 75 and gave no reason; see " + log);
    }
  }

  /** Lets a fault happen; false: it did not, as what it needs was not there. */
  boolean happen(ChaosFault fault) {
    if (!reachMoment(fault) || !driver.isAlive()) {
      return false;
    }
    int step = lastStep();
    Optional<String> how =
        switch (fault) {
          case DRIVER_STOPPED_BEYOND_ITS_LEASE -> replaceDriver();
          case DISK_FULL -> Optional.of(disk == null ? limitFiles() : fillDisk());
          case CLOCK_AHEAD -> Optional.of(changeClock(CLOCK_SECONDS));
          case CLOCK_BEHIND -> Optional.of(changeClock(-CLOCK_SECONDS));
          default -> happenInOneWay(fault) ? Optional.of("") : Optional.empty();
        };
    how.ifPresent(told -> kills.add(new Kill(fault, step, told)));
    return how.isPresent();
  }

  /** Waits for what a fault needs; false: the training ended before. */
  private boolean reachMoment(ChaosFault fault) {
    return switch (fault) {
      case CHECKPOINT_TRUNCATED -> reachCheckpoint();
      // A driver writes its native library into the folder of temporary files before it opens its
      // engine.
      case DISK_FULL ->
          disk == null
              ? LoggedProcesses.says(driver, ENGINE, log())
              : reachSoundCheckpoints() && reachCheckpoint();
      case DRIVER_STOPPED_BEYOND_ITS_LEASE -> {
        endStoppedDriver();
        yield reachSoundCheckpoints() && reachLock();
      }
      case CLOCK_AHEAD, CLOCK_BEHIND -> reachSoundCheckpoints() && reachLock();
      default -> true;
    };
  }

  private boolean happenInOneWay(ChaosFault fault) {
    return switch (fault) {
      case EXECUTOR_KILLED -> anExecutor().map(ProcessHandle::destroyForcibly).orElse(false);
      case EXECUTOR_STOPPED -> Signals.pause(anExecutor().stream().toList(), SECONDS);
      case EXECUTOR_STARVED -> Signals.starve(anExecutor().stream().toList(), SECONDS);
      case WORKER_KILLED -> {
        site.cluster().replaceWorker(aWorker());
        yield true;
      }
      case WORKER_STOPPED -> Signals.pause(site.cluster().machine(aWorker()), SECONDS);
      case WORKER_STARVED -> Signals.starve(site.cluster().machine(aWorker()), SECONDS);
      case DRIVER_KILLED -> killDriver();
      case DRIVER_STOPPED -> Signals.pause(Signals.tree(driver), SECONDS);
      case DRIVER_STARVED -> Signals.starve(Signals.tree(driver), SECONDS);
      case ORACLE_KILLED -> {
        Signals.kill(oracle);
        Signals.sleep(someSeconds());
        oracle = site.owner().startOracle(folder);
        yield true;
      }
      case ORACLE_STOPPED -> Signals.pause(Signals.tree(oracle), SECONDS);
      case ORACLE_STARVED -> Signals.starve(Signals.tree(oracle), SECONDS);
      case DATANODE_KILLED -> {
        Signals.kill(site.hdfs().datanode());
        Signals.sleep(someSeconds());
        site.hdfs().startDatanode();
        yield true;
      }
      case DATANODE_STOPPED -> Signals.pause(Signals.tree(site.hdfs().datanode()), SECONDS);
      case DATANODE_STARVED -> Signals.starve(Signals.tree(site.hdfs().datanode()), SECONDS);
      case CHECKPOINT_TRUNCATED -> truncateCheckpoint();
      case CACHED_KEY_TRUNCATED -> truncateCachedKey();
      case DRIVER_STOPPED_BEYOND_ITS_LEASE, DISK_FULL, CLOCK_AHEAD, CLOCK_BEHIND ->
          throw new IllegalArgumentException(fault + ": expected one that has one way");
    };
  }

  /** False: it had ended before. */
  private boolean killDriver() {
    Signals.kill(driver);
    return driver.exitValue() == KILLED;
  }

  /** False: the training ended before it had a checkpoint. */
  private boolean reachCheckpoint() {
    while (ChaosFiles.newestCheckpoint(localRun).isEmpty()) {
      if (!reach(lastStep() + 1)) {
        return false;
      }
    }
    return true;
  }

  /**
   * A driver takes the lock, refuses a checkpoint that was truncated before, and ends; its folder
   * is then removed. Waits until a driver has gone on after that.
   */
  private boolean reachSoundCheckpoints() {
    return !truncated || reach(lastStep() + 1);
  }

  private String limitFiles() {
    Signals.limitFiles(Signals.tree(driver), FILE_LIMIT);
    return "no file over " + FILE_LIMIT + " bytes";
  }

  /**
   * Leaves less room than a checkpoint needs, or none for another file, until a driver has ended,
   * and makes room then. The driver takes what is left, so that the write that fails finds the file
   * system full.
   */
  private String fillDisk() {
    boolean byNames = random.nextInt(3) == 0;
    long left = random.nextLong(Math.max(1, ChaosFiles.bytesOfACheckpoint(localRun)));
    boolean again = random.nextBoolean();
    Runnable filling = byNames ? disk::useUpNames : () -> disk.fill(left);
    endOnFullDisk(filling);
    if (again && failure.isEmpty() && driver.exitValue() == ExitCode.COMMIT.status()) {
      exits.add(driver.exitValue());
      startDriver(); // before anybody has made room
      endOnFullDisk(filling);
    }
    disk.empty();
    String how =
        byNames
            ? "a file system of " + ChaosDisk.NAMES + " files with none left"
            : "a file system of " + ChaosDisk.MIB + " MiB with " + left + " bytes left";
    boolean noticed = driver.isAlive() || driver.exitValue() != 0;
    return noticed ? how : how + "; the driver had nothing more to write";
  }

  /** A driver that deletes an old checkpoint makes room, which is filled again. */
  private void endOnFullDisk(Runnable filling) {
    long end = System.nanoTime() + LONGEST.toNanos();
    while (driver.isAlive() && System.nanoTime() < end) {
      filling.run();
      Signals.sleep(BETWEEN_FILLINGS);
    }
    int commit = ExitCode.COMMIT.status();
    if (driver.isAlive()) {
      failure = "the driver goes on although the disk is full; see " + log();
    } else if (driver.exitValue() == commit) {
      failure =
          ChaosFiles.lastLineOnFullDisk(log(), run).isEmpty()
              ? "exit code 73 without a line that names file, cause and remedy; see " + log()
              : ChaosFiles.damageOfCheckpoints(localRun);
    } else if (driver.exitValue() != 0) { // 0: it had nothing more to write
      failure = "exit code " + driver.exitValue() + " on a full disk, not 73; see " + log();
    }
  }

  private boolean truncateCheckpoint() {
    boolean happened =
        killDriver()
            && ChaosFiles.newestCheckpoint(localRun)
                .flatMap(each -> ChaosFiles.truncateOne(each, random))
                .isPresent();
    truncated |= happened;
    return happened;
  }

  private boolean truncateCachedKey() {
    Optional<ProcessHandle> executor = anExecutor();
    return executor.isPresent()
        && ChaosFiles.truncateOne(site.cluster().cachedKeys(), random).isPresent()
        && executor.get().destroyForcibly();
  }

  /**
   * Changes the clock of the running driver, which keeps its lease. Another driver is started,
   * which must not get the run: one by the changed clock before the lock is renewed, or one by the
   * clock before the change after it.
   *
   * @param seconds of the change; a clock that is off by as much already is set right, since the
   *     certificates of the oracle allow no larger difference
   */
  private String changeClock(int seconds) {
    int change = clock.offset() == seconds ? -seconds : seconds;
    List<ProcessHandle> executors = site.cluster().executors();
    Signals.stop(executors); // the training would end meanwhile
    try {
      ChaosClock before = clock("clock-of-rival-" + rivals);
      before.change(clock.offset());
      clock.change(change);
      boolean changed = random.nextBoolean();
      if (!changed) {
        awaitRenewal();
      }
      String token = lockField("token");
      Process rival = startRival(changed ? clock : before);
      return String.format(
          Locale.ROOT,
          "%+d s in the running driver; another one by the clock %s ended with %d",
          change,
          changed ? "after that" : "before that",
          endOfRival(rival, token));
    } finally {
      Signals.wakeUp(executors);
    }
  }

  private Path rivalLog() {
    return folder.resolve("rival-" + rivals + ".log");
  }

  private Process startRival(ChaosClock goesBy) {
    rivals++;
    return submit(goesBy, rivalLog());
  }

  /** Until the driver has renewed its lock by its changed clock. */
  private void awaitRenewal() {
    long end = System.nanoTime() + TO_RENEW.toNanos();
    while (driver.isAlive() && System.nanoTime() < end) {
      String renewed = lockField("renewed");
      if (!renewed.isEmpty()
          && Duration.between(Instant.parse(renewed), Instant.now().plusSeconds(clock.offset()))
                  .abs()
                  .compareTo(CLOCKS_AGREE)
              < 0) {
        return;
      }
      Signals.sleep(BETWEEN_LOOKS);
    }
    if (driver.isAlive()) {
      failure = "the driver does not renew its lock by the changed clock; see " + log();
    }
  }

  private String lockField(String name) {
    try {
      return ChaosFiles.lockField(storage, name);
    } catch (UncheckedIOException | DatasetException e) {
      return ""; // the datanode does not answer, or the driver has ended
    }
  }

  private int endOfRival(Process rival, String token) {
    int exit = Signals.await(rival, LONGEST).orElse(-1);
    exits.add(exit);
    boolean alive = driver.isAlive();
    if (LoggedProcesses.contains(rivalLog(), TAKEN_FROM_A_LIVING_ONE)) {
      failure = "another driver took the run of a driver that renews its lock; see " + rivalLog();
    } else if (exit < 0) {
      Signals.kill(rival);
      failure = "another driver has not ended; see " + rivalLog();
    } else if (exit != ExitCode.COMMIT.status() && (alive || exit != 0)) {
      failure = "another driver ended with exit code " + exit + ", not 73; see " + rivalLog();
    } else if (alive && failure.isEmpty() && !List.of(token, "").contains(lockField("token"))) {
      failure = "the run changed its owner while its driver was running; see " + rivalLog();
    }
    return exit;
  }

  /**
   * The first driver wakes up while the second one trains, or when the second one has finished.
   * Empty: it had ended before.
   */
  private Optional<String> replaceDriver() {
    Signals.stop(Signals.tree(driver));
    if (!driver.isAlive()) {
      return Optional.empty();
    }
    stopped = driver;
    stoppedLog = log();
    Signals.sleep(Duration.ofSeconds(LEASE_SECONDS));
    startDriver();
    if (LoggedProcesses.says(driver, TAKEN_OVER, log()) && random.nextBoolean()) {
      Signals.sleep(someSeconds());
      endStoppedDriver();
    }
    return Optional.of("");
  }

  /**
   * Waits until the driver has the lock of the run; one that is started again has none at first.
   * False: the training ended before.
   */
  private boolean reachLock() {
    while (reach(lastStep())) {
      String holder = lockField("pid");
      if (Signals.tree(driver).stream().anyMatch(one -> holder.equals("" + one.pid()))) {
        return true;
      }
      Signals.sleep(BETWEEN_LOOKS);
    }
    return false;
  }

  /**
   * The driver that was stopped wakes up, and must end: its run is another's. One that had not yet
   * looked for a model may find that the run is finished, and succeed. One to which a service does
   * not answer, such as a datanode that was killed meanwhile, may end before it looks at its lock.
   */
  private void endStoppedDriver() {
    if (stopped == null || !failure.isEmpty()) {
      return;
    }
    String before = finished ? ChaosFiles.digest(storage) : "";
    Signals.wakeUp(Signals.tree(stopped));
    OptionalInt end = Signals.await(stopped, LONGEST);
    if (end.isEmpty()) {
      failure = "the driver that woke up has not ended";
      return;
    }
    int exit = end.getAsInt();
    exits.add(exit);
    stopped = null;
    noteRetry(exit, stoppedLog);
    if (exit != ExitCode.COMMIT.status()
        && exit != ExitCode.RETRY.status()
        && !(finished && exit == 0)) {
      failure = "the driver that woke up ended with exit code " + exit + ", not 73 or 75";
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
    if (disk != null) {
      ChaosFiles.copy(localRun, folder.resolve("run")); // for those who look for a failure
      disk.close();
    }
  }
}
