package org.hetal.spark.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.PathIOException;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.hetal.dataset.CommitException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class RunLockTest {
  private static final Duration WATCH = Duration.ofMillis(400);

  /** For locks that change while they are watched. A busy machine may be slow to change them. */
  private static final Duration LONG = Duration.ofMinutes(2);

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path root;
  private final Configuration hadoop = new Configuration();

  private final List<String> warnings = new ArrayList<>();

  private RunLock acquire() {
    return acquire(root.resolve("run").toString(), hadoop, warnings::add);
  }

  /** As {@link RunLock#acquire}, which watches an old lock for less time. */
  public static RunLock acquire(String run, Configuration hadoop, Consumer<String> warnings) {
    return RunLock.acquire(run, hadoop, warnings, timing(Duration.ZERO, WATCH));
  }

  /** Of a machine whose clock is ahead. */
  private static RunLock.Timing timing(Duration ahead, Duration watch) {
    return new RunLock.Timing(() -> Instant.now().plus(ahead), watch, watch, LOOK);
  }

  private RunLock acquire(Duration ahead, Duration watch) {
    return RunLock.acquire(
        root.resolve("run").toString(), hadoop, warnings::add, timing(ahead, watch));
  }

  private void write(Map<String, String> mark, Instant renewed) throws Exception {
    Files.createDirectories(root.resolve("run"));
    Files.write(root.resolve("run/run.lock"), lock(mark, renewed));
  }

  private static byte[] lock(Map<String, String> mark, Instant renewed) {
    StringBuilder text = new StringBuilder();
    mark.forEach((name, value) -> text.append(name + "=" + value + "\n"));
    text.append("renewed=" + renewed + "\ntoken=other\n");
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Of a process that ran here a moment ago and renewed its lock. */
  public static byte[] lockOfAnEndedProcess() throws Exception {
    return lock(endedHere(), Instant.now());
  }

  private static Map<String, String> endedHere() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Map<String, String> mark = ProcessMark.own();
    mark.put("pid", Long.toString(gone.pid()));
    return mark;
  }

  private void write(String host, long pid, String started, Instant renewed) throws Exception {
    Files.createDirectories(root.resolve("run"));
    Files.writeString(
        root.resolve("run/run.lock"),
        String.format(
            Locale.ROOT,
            "host=%s%npid=%d%nstarted=%s%nrenewed=%s%ntoken=other%n",
            host,
            pid,
            started,
            renewed));
  }

  @Test
  void acquire_ofAFreeRun_holdsItUntilClosed() {
    try (RunLock lock = acquire()) {
      lock.requireHeld();
      assertTrue(Files.exists(root.resolve("run/run.lock")));
    }
    assertFalse(Files.exists(root.resolve("run/run.lock")));
  }

  /** The scheduler of the renewals would drop it, and the next renewals with it. */
  @Test
  void renew_onAnError_handsItToTheThreadsHandler() {
    Error error = new InternalError("x");
    List<Throwable> handed = new ArrayList<>();
    Thread thread = Thread.currentThread();
    Configuration refusing = HadoopStorageTest.refusing(null);
    try (RunLock lock = RunLock.acquire(root.toString(), refusing, warnings::add)) {
      HadoopStorageTest.refusing(error);
      thread.setUncaughtExceptionHandler((from, failure) -> handed.add(failure));
      lock.renew();
      assertEquals(List.of(error), handed);
    } finally {
      thread.setUncaughtExceptionHandler(null);
    }
  }

  /** The process did not run for longer than its lease, and another took the run. */
  @Test
  void storage_ofALostLock_isNotWritten() throws Exception {
    HadoopStorage files = storage();
    try (RunLock lock = acquire()) {
      LockedStorage storage = new LockedStorage(files, lock);
      storage.writeAtomically("metrics.jsonl", new byte[] {1});
      write("another-host", 1, "unknown", Instant.now());
      assertThrows(
          CommitException.class, () -> storage.writeAtomically("metrics.jsonl", new byte[] {2}));
      assertThrows(CommitException.class, () -> storage.delete("metrics.jsonl"));
      assertArrayEquals(new byte[] {1}, files.read("metrics.jsonl"));
    }
    assertTrue(files.exists(RunLock.NAME), "the lock of another was removed");
  }

  @Test
  void renew_ofALostLock_saysItOnce() throws Exception {
    AtomicInteger said = new AtomicInteger();
    try (RunLock lock = acquire()) {
      lock.whenLost(said::incrementAndGet);
      lock.renew();
      assertTrue(lock.lost().isEmpty());
      write("another-host", 1, "unknown", Instant.now());
      lock.renew();
      assertTrue(lock.lost().isPresent());
      assertEquals(1, said.get());
    }
  }

  /** A user who may write the run directory knows the token, and what else is in the lock. */
  @Test
  void renew_doesNotFollowALinkThatAnotherUserPlanted() throws Exception {
    Path precious = Files.writeString(root.resolve("precious"), "kept");
    try (RunLock lock = acquire()) {
      Files.createSymbolicLink(root.resolve("run/run.lock." + token()), precious);
      lock.renew();
      assertTrue(lock.failedRenewal().isEmpty());
      lock.requireHeld();
    }
    assertEquals("kept", Files.readString(precious));
  }

  private String token() throws Exception {
    String text = Files.readString(root.resolve("run/run.lock"));
    return text.substring(text.indexOf("token=") + "token=".length()).strip();
  }

  @Test
  void acquire_doesNotMakeTheFileThatALinkNames() throws Exception {
    Path run = Files.createDirectories(root.resolve("run"));
    Files.createSymbolicLink(run.resolve("run.lock"), root.resolve("made"));
    CommitException failure = assertThrows(CommitException.class, this::acquire);
    assertTrue(failure.getMessage().endsWith("; delete it if it is a link"), failure::getMessage);
    assertFalse(Files.exists(root.resolve("made")));
  }

  /** Hadoop says of what it cannot open that it is not there. */
  @Test
  void lockThatCannotBeRead_isNotTakenForNone() throws Exception {
    Files.createDirectories(root.resolve("run/run.lock"));
    CommitException failure = assertThrows(CommitException.class, this::acquire);
    assertTrue(failure.getMessage().contains("Is a directory"), failure::getMessage);
    assertThrows(
        UncheckedIOException.class,
        () -> RunLock.holder(root.resolve("run").toString(), new Configuration(false)));
    assertTrue(Files.isDirectory(root.resolve("run/run.lock")));
  }

  private HadoopStorage storage() {
    return new HadoopStorage(root.resolve("run").toString(), new Configuration(false));
  }

  /** As if the process had not run since long before the lease ended, with the same token. */
  private void endLease() throws Exception {
    Path file = root.resolve("run/run.lock");
    Instant old = Instant.now().minusSeconds(RunLock.STALE_SECONDS + 5);
    Files.writeString(
        file, Files.readString(file).replaceAll("renewed=.*", "renewed=" + old).strip() + "\n");
  }

  /** Suspended between the check of the lock and the rename: both have nothing to do with time. */
  @Test
  void fileOfAProcessThatWasSuspendedAfterItsCheck_isNotRenamedIntoTheRunOfAnother()
      throws Exception {
    HadoopStorage files = storage();
    List<RunLock> second = new ArrayList<>();
    try (RunLock first = acquire()) {
      new LockedStorage(files, first).writeAtomically("metrics.jsonl", new byte[] {1});
      Runnable suspended =
          () -> {
            first.requireHeld();
            try {
              endLease();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
            second.add(acquire());
            new LockedStorage(files, second.get(0))
                .writeAtomically("metrics.jsonl", new byte[] {2});
          };
      assertThrows(
          UncheckedIOException.class,
          () -> files.writeAtomically(first.partial(), "metrics.jsonl", new byte[] {3}, suspended));
      assertArrayEquals(new byte[] {2}, files.read("metrics.jsonl"));
      assertThrows(
          CommitException.class,
          () -> new LockedStorage(files, first).writeAtomically("x", new byte[] {3}));
    }
    second.get(0).requireHeld();
    second.get(0).close();
    try (Stream<Path> left = Files.list(root.resolve("run"))) {
      assertEquals(
          List.of("metrics.jsonl"), left.map(each -> each.getFileName().toString()).toList());
    }
  }

  /** Notes whether a folder is there when a file is created. */
  public static final class Noting extends RawLocalFileSystem {
    private static Path folder;
    private static final List<Boolean> NOTED = new ArrayList<>();

    @Override
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path file,
        boolean overwrite,
        int bufferSize,
        short replication,
        long blockSize,
        Progressable progress)
        throws IOException {
      NOTED.add(Files.exists(folder));
      return super.create(file, overwrite, bufferSize, replication, blockSize, progress);
    }
  }

  /** Its next renewal, on its way to the rename, would otherwise replace the new lock. */
  @Test
  void acquire_ofAStaleLock_deletesTheOwnersFilesBeforeItCreatesTheLock() throws Exception {
    write(endedHere(), Instant.now());
    Noting.folder = Files.createDirectories(root.resolve("run/.writing-other"));
    Files.writeString(Noting.folder.resolve("renewal"), "renewed");
    Noting.NOTED.clear();
    String run = root.resolve("run").toString();
    acquire(run, HadoopStorageTest.localFiles(Noting.class), warnings::add).close();
    assertEquals(List.of(true, false), Noting.NOTED, "once there is a lock, once there is none");
  }

  @Test
  void fileThatIsWrittenWhileTheLockIsLost_isRemoved() throws Exception {
    HadoopStorage files = storage();
    try (RunLock lock = acquire()) {
      Runnable losing =
          () -> {
            try {
              write("another-host", 1, "unknown", Instant.now());
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
            lock.requireHeld();
          };
      assertThrows(
          CommitException.class,
          () -> files.writeAtomically(lock.partial(), "metrics.jsonl", new byte[] {1}, losing));
      assertEquals(List.of("run.lock"), files.walk());
    }
  }

  @Test
  void acquire_ofARunOfALivingProcess_throwsWithItsNumber() {
    try (RunLock lock = acquire()) {
      String message = assertThrows(CommitException.class, this::acquire).getMessage();
      assertTrue(message.contains("process " + ProcessHandle.current().pid()), message);
      lock.requireHeld();
    }
  }

  @Test
  void acquire_ofARunOfAProcessThatHasEnded_takesItOverAtOnce() throws Exception {
    write(endedHere(), Instant.now());
    try (RunLock lock = acquire()) {
      lock.requireHeld();
    }
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("which has ended"), warnings.get(0));
  }

  @Test
  void acquire_whenTheProcessNumberWasGivenToAnother_takesItOver() throws Exception {
    Map<String, String> mark = ProcessMark.own();
    mark.put("started", "17");
    write(mark, Instant.now());
    try (RunLock lock = acquire()) {
      lock.requireHeld();
    }
  }

  /** The clocks of two machines differ by an hour, or one was set while its driver runs. */
  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void acquire_ofALockThatIsRenewedByAnotherClock_throws(int hours) throws Exception {
    try (RunLock first = acquire(HOUR.multipliedBy(hours), LONG)) {
      AtomicBoolean runs = new AtomicBoolean(true);
      Thread renewals =
          new Thread(
              () -> {
                while (runs.get()) {
                  first.renew();
                  LockSupport.parkNanos(LOOK.toNanos());
                }
              });
      renewals.start();
      String message;
      try {
        message =
            assertThrows(CommitException.class, () -> acquire(Duration.ZERO, LONG)).getMessage();
      } finally {
        runs.set(false);
        renewals.join();
      }
      assertTrue(message.contains("process " + ProcessHandle.current().pid()), message);
      assertEquals(1, warnings.size());
      assertTrue(warnings.get(0).contains("whether it is renewed"), warnings.get(0));
      first.requireHeld();
    }
  }

  /** Otherwise its run would wait for an hour, until the lock is old by this machine's clock. */
  @Test
  void acquire_ofALockOfALaterClockThatNobodyRenews_takesItOver() throws Exception {
    write("another-host", 1, "unknown", Instant.now().plus(HOUR));
    try (RunLock lock = acquire()) {
      lock.requireHeld();
    }
    assertEquals(2, warnings.size());
    assertTrue(warnings.get(1).contains("taken over"), warnings.get(1));
  }

  /** Of S3A, when an object is replaced between the requests for its length and its bytes. */
  static final class RemoteFileChangedException extends PathIOException {
    private static final long serialVersionUID = 1L;

    RemoteFileChangedException(String path) {
      super(path, "Change reported by S3 during open: ETag was unavailable");
    }
  }

  /** Its next reads find that the file was replaced. */
  public static final class Replaced extends RawLocalFileSystem {
    private static int reads;

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path, int bufferSize)
        throws IOException {
      if (reads > 0) {
        reads--;
        throw new RemoteFileChangedException(path.toString());
      }
      return super.open(path, bufferSize);
    }

    static Configuration during(int reads) {
      Replaced.reads = reads;
      return HadoopStorageTest.localFiles(Replaced.class);
    }
  }

  /** The second driver must say who has the run, not that the file system failed. */
  @Test
  void acquire_whileTheOwnerReplacesTheFile_looksAgain() {
    String run = root.resolve("run").toString();
    try (RunLock first = acquire()) {
      String message =
          assertThrows(CommitException.class, () -> acquire(run, Replaced.during(2), warnings::add))
              .getMessage();
      assertTrue(message.contains("process " + ProcessHandle.current().pid()), message);
      first.requireHeld();
    }
  }

  /** The file goes while it is watched. */
  @Test
  void acquire_ofAnOldLockThatIsReleasedMeanwhile_takesIt() throws Exception {
    write("another-host", 1, "unknown", Instant.now().minus(HOUR));
    Thread release =
        new Thread(
            () -> {
              LockSupport.parkNanos(WATCH.toNanos());
              assertTrue(root.resolve("run/run.lock").toFile().delete());
            });
    release.start();
    try (RunLock lock = acquire(Duration.ZERO, LONG)) {
      lock.requireHeld();
    }
    release.join();
    assertEquals(1, warnings.size());
  }

  @Test
  void watching_takesLongerThanTwoRenewals() {
    assertTrue(RunLock.Timing.USUAL.watch().toSeconds() > 2 * RunLock.RENEW_SECONDS);
    assertTrue(RunLock.Timing.USUAL.watchAhead().toSeconds() >= RunLock.STALE_SECONDS);
  }

  /** Containers share host name and kernel, but not the numbers of processes. */
  @ParameterizedTest
  @ValueSource(strings = {"pid_namespace", "boot", "user"})
  void acquire_ofAFreshLockThatWasTakenElsewhere_throwsWhateverTheProcessNumberIsHere(String what)
      throws Exception {
    for (String value : new String[] {"pid:[1]", "unknown", ""}) {
      Map<String, String> mark = endedHere();
      mark.put(what, value);
      write(mark, Instant.now().minusSeconds(60));
      assertThrows(CommitException.class, this::acquire, value);
      mark.remove(what);
      write(mark, Instant.now().minusSeconds(60));
      assertThrows(CommitException.class, this::acquire, "none");
    }
    assertEquals(List.of(), warnings);
  }

  @Test
  void acquire_ofALockCutOrGarbledAnywhere_isThatOfAnUnknownProcessUntilTheLeaseEnds()
      throws Exception {
    byte[] whole;
    try (RunLock lock = acquire()) {
      whole = Files.readAllBytes(root.resolve("run/run.lock"));
    }
    Path file = root.resolve("run/run.lock");
    Instant old = Instant.now().minusSeconds(RunLock.STALE_SECONDS + 5);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      String message = assertThrows(CommitException.class, this::acquire).getMessage();
      assertTrue(message.contains("cut or garbled"), message);
      assertTrue(message.contains("taken over"), message);
    }
    for (byte[] garbled :
        List.of(new byte[300], "renewed=yesterday\ntoken=x\n".getBytes(StandardCharsets.UTF_8))) {
      Files.write(file, garbled);
      assertThrows(CommitException.class, this::acquire);
      Files.setLastModifiedTime(file, FileTime.from(old));
      warnings.clear();
      acquire().close();
      assertEquals(2, warnings.size());
    }
  }

  /** A real one: the same run from a PID namespace of its own, in which the owner is not seen. */
  @Test
  void acquire_fromAnotherPidNamespace_throwsWhileTheOwnerLives() throws Exception {
    List<String> unshare = List.of("unshare", "--pid", "--fork", "--mount-proc");
    assumeTrue(run(unshare, List.of("true")) == 0, "this machine lets nobody make namespaces");
    List<String> child = ChildJvm.command(TakeLock.class, root.resolve("run").toString());
    try (RunLock lock = acquire()) {
      assertEquals(73, run(unshare, child));
      lock.requireHeld();
    }
    assertEquals(0, run(unshare, child));
  }

  private static int run(List<String> before, List<String> command) throws Exception {
    List<String> all = new ArrayList<>(before);
    all.addAll(command);
    try {
      return new ProcessBuilder(all)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (java.io.IOException e) {
      return -1; // no such program
    }
  }

  /** Takes the lock of the run directory given; exits with 73 when it is held. */
  static final class TakeLock {
    private TakeLock() {}

    public static void main(String[] arguments) {
      try {
        RunLock.acquire(arguments[0], new Configuration(), System.out::println).close();
      } catch (CommitException e) {
        System.exit(73);
      }
    }
  }

  @Test
  void acquire_ofAFreshLockOfAnotherHost_throws() throws Exception {
    write("another-host", 1, "unknown", Instant.now().minusSeconds(60));
    String message = assertThrows(CommitException.class, this::acquire).getMessage();
    assertTrue(message.contains("another-host"), message);
  }

  @Test
  void acquire_ofALockThatNobodyRenews_takesItOver() throws Exception {
    write("another-host", 1, "unknown", Instant.now().minusSeconds(RunLock.STALE_SECONDS + 5));
    try (RunLock lock = acquire()) {
      lock.requireHeld();
    }
  }

  @Test
  void acquire_ofAnEmptyLockFile_goesByItsAge() throws Exception {
    Files.createDirectories(root.resolve("run"));
    Path file = Files.createFile(root.resolve("run/run.lock"));
    assertThrows(CommitException.class, this::acquire);
    Instant old = Instant.now().minusSeconds(RunLock.STALE_SECONDS + 5);
    Files.setLastModifiedTime(file, FileTime.from(old));
    acquire().close();
  }

  @Test
  void requireHeld_afterAnotherTookTheLock_throwsAndCloseLeavesIt() throws Exception {
    try (RunLock lock = acquire()) {
      write("another-host", 1, "unknown", Instant.now());
      assertThrows(CommitException.class, lock::requireHeld);
    }
    assertTrue(Files.readString(root.resolve("run/run.lock")).contains("another-host"));
  }

  @Test
  void acquire_whereNothingCanBeWritten_throws() throws Exception {
    Files.createFile(root.resolve("run"));
    assertThrows(CommitException.class, this::acquire);
  }
}
