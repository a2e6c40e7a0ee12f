package org.hetal.spark.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.hetal.dataset.CommitException;
import org.hetal.spark.errors.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one process at a time write to a run directory: the file {@code run.lock} names the process
 * and contains its random token.
 *
 * <p><b>Stale locks.</b> The lock is a lease. Its owner renews the file every {@value
 * #RENEW_SECONDS} seconds. A lock that was renewed {@value #STALE_SECONDS} seconds ago or later is
 * respected, on whatever machine its owner runs, unless the owner has certainly ended ({@link
 * ProcessMark#isGone}); a killed run therefore continues at once on the same machine. The age of a
 * cut or damaged file is its modification time.
 *
 * <p><b>Clocks.</b> An older lock may be one of a living owner: the clock of either process may be
 * wrong, or may have been set. The process that finds it therefore watches the file for {@value
 * #WATCH_SECONDS} seconds, which are two renewals and some, and takes it over when it has not
 * changed. A lock that is more than {@value #AHEAD_SECONDS} seconds ahead of this clock has no age;
 * it is watched for {@value #STALE_SECONDS} seconds. The time of watching is that of a clock that
 * nobody can set.
 *
 * <p>Creating a file that must not exist is atomic on local disks, HDFS and S3 (a conditional PUT),
 * but not on every object store. The owner therefore checks at each renewal and right before each
 * file of the run becomes visible ({@link #requireHeld}) that the file still contains its own
 * token. It never reads the file while it renews it: S3A fails to read an object that is replaced
 * meanwhile.
 *
 * <p><b>Fencing.</b> What a process writes into the run has a name in {@link #partial()}'s folder
 * until it is whole. Whoever takes the lock deletes those folders of others, so a process that was
 * suspended on its way to the rename finds its file gone. {@link LockedStorage} uses this.
 */
public final class RunLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);
  static final String NAME = "run.lock";
  static final int RENEW_SECONDS = 20;
  public static final int STALE_SECONDS = 120;
  static final int WATCH_SECONDS = 45;
  public static final int AHEAD_SECONDS = 60;

  private static final int LOOK_SECONDS = 5;
  private static final int READS = 5;
  private static final int MOST_RELEASES = 100;

  /** What S3A throws when an object is replaced while it is read; its class may be absent. */
  private static final String REPLACED = "RemoteFileChangedException";

  private static final String ENDED = "which has ended";
  private static final String WRITING = ".writing-";
  private static final String TOKEN = "token";
  private static final String RENEWED = "renewed";
  private static final int MOST_BYTES = 1 << 16;
  private static final Pattern WHOLE =
      Pattern.compile("(?s).*^token=[A-Za-z0-9-]+\\n", Pattern.MULTILINE);

  private final FileSystem files;
  private final Path file;
  private final String token;
  private final Timing timing;
  private final ScheduledExecutorService renewals =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "hetal-run-lock");
            thread.setDaemon(true);
            return thread;
          });

  /** Where the next lock is written. */
  private final Path renewal;

  private volatile CommitException lost;
  private volatile Runnable whenLost = () -> {};
  private volatile IOException failedRenewal;

  /**
   * The process that a lock names.
   *
   * @param name of the process and its machine, for messages
   * @param renewed when it last renewed the lock
   * @param isAlive false when another process would take the lock over
   */
  public record Holder(String name, Instant renewed, boolean isAlive) {}

  /**
   * How a process measures time.
   *
   * @param clock that writes and compares the times in locks
   * @param watch how long a lock that looks old is watched
   * @param watchAhead how long one is watched whose time is ahead of the clock
   * @param betweenLooks at a lock that is watched
   */
  record Timing(InstantSource clock, Duration watch, Duration watchAhead, Duration betweenLooks) {
    static final Timing USUAL =
        new Timing(
            InstantSource.system(),
            Duration.ofSeconds(WATCH_SECONDS),
            Duration.ofSeconds(STALE_SECONDS),
            Duration.ofSeconds(LOOK_SECONDS));
  }

  private RunLock(FileSystem files, Path file, String token, Timing timing) {
    this.files = files;
    this.file = file;
    this.token = token;
    this.timing = timing;
    this.renewal = partial();
  }

  /**
   * Takes the lock of a run directory, and creates the directory when it does not exist.
   *
   * @param warnings receives one line when the lock of another process is watched, and one when it
   *     is taken over
   * @throws CommitException when another process holds it, or the directory cannot be written
   * @throws RetryLaterException when the file system is away
   */
  public static RunLock acquire(
      String runDirectory, Configuration hadoop, Consumer<String> warnings) {
    return acquire(runDirectory, hadoop, warnings, Timing.USUAL);
  }

  static RunLock acquire(
      String runDirectory, Configuration hadoop, Consumer<String> warnings, Timing timing) {
    Path directory = new Path(runDirectory);
    Path file = new Path(directory, NAME);
    RunLock lock;
    try {
      FileSystem files = HadoopStorage.exact(HadoopFailures.fileSystem(directory, hadoop));
      HadoopStorage.makeFolder(files, directory);
      lock = new RunLock(files, file, UUID.randomUUID().toString(), timing);
      for (int attempt = 0; !lock.create(); attempt++) {
        Optional<Map<String, String>> holder = lock.read();
        if (holder.isEmpty() && attempt < MOST_RELEASES) {
          continue; // released between the two looks
        }
        if (holder.isEmpty()) {
          throw new CommitException(
              "run lock "
                  + file
                  + ": expected a file or nothing, actual something that can be neither read nor"
                  + " created; delete it if it is a link");
        }
        Optional<String> stale =
            attempt > 2 ? Optional.empty() : lock.reasonToTakeOver(holder.get(), warnings);
        if (stale.isEmpty()) {
          throw new CommitException(heldMessage(file, lock.read().orElse(holder.get())));
        }
        if (lock.removeStale(holder.get())) {
          warnings.accept(
              "run lock " + file + ": taken over from " + named(holder.get()) + ", " + stale.get());
        }
      }
      lock.requireHeld();
      lock.deletePartialsOfOthers();
    } catch (IOException e) {
      throw HadoopFailures.ofRun(
          "run directory " + runDirectory + ": cannot be written: " + HadoopFailures.reason(e),
          LockedStorage.REMEDY,
          e);
    }
    lock.renewals.scheduleWithFixedDelay(
        lock::renew, RENEW_SECONDS, RENEW_SECONDS, TimeUnit.SECONDS);
    return lock;
  }

  /**
   * Who holds the lock of a run directory now; empty when nobody does.
   *
   * @throws java.io.UncheckedIOException when the file system is away or refuses
   */
  public static Optional<Holder> holder(String runDirectory, Configuration hadoop) {
    Path file = new Path(runDirectory, NAME);
    try {
      FileSystem files = HadoopStorage.exact(HadoopFailures.fileSystem(file, hadoop));
      return read(files, file)
          .map(
              fields ->
                  new Holder(
                      named(fields),
                      Instant.parse(fields.get(RENEWED)),
                      !ProcessMark.isGone(fields) && age(fields, Instant.now()) <= STALE_SECONDS));
    } catch (IOException e) {
      throw HadoopFailures.failed("cannot read", file, e);
    }
  }

  /**
   * @throws CommitException when another process has taken the lock
   * @throws RetryLaterException when the file system is away
   */
  public synchronized void requireHeld() {
    if (lost != null) {
      throw lost;
    }
    try {
      Map<String, String> holder = read().orElse(Map.of());
      if (!token.equals(holder.get(TOKEN))) {
        lost = new CommitException("run lock lost: " + heldMessage(file, holder));
        throw lost;
      }
    } catch (IOException e) {
      throw HadoopFailures.ofRun(
          "run lock " + file + ": cannot be read: " + HadoopFailures.reason(e),
          "give this user permission to read it",
          e);
    }
  }

  /** A new name for a file that is being written, in a folder of this owner. */
  Path partial() {
    return new Path(writing(token), UUID.randomUUID().toString());
  }

  private Path writing(String ofToken) {
    return new Path(file.getParent(), WRITING + ofToken);
  }

  /** Called by the owner of the lock before it reads the run. */
  private void deletePartialsOfOthers() throws IOException {
    for (FileStatus status : files.listStatus(file.getParent())) {
      if (status.isDirectory() && status.getPath().getName().startsWith(WRITING)) {
        files.delete(status.getPath(), true);
      }
    }
  }

  /**
   * @param action when a renewal finds that another process has taken the lock: ends what the
   *     process would otherwise do in vain until its next write
   */
  public void whenLost(Runnable action) {
    whenLost = action;
  }

  /** What {@link #requireHeld} has found or a renewal; empty as long as the lock is held. */
  public Optional<CommitException> lost() {
    return Optional.ofNullable(lost);
  }

  /** The failure of the last renewal; empty when it succeeded. */
  public Optional<IOException> failedRenewal() {
    return Optional.ofNullable(failedRenewal);
  }

  @Override
  public synchronized void close() {
    renewals.shutdownNow();
    try {
      files.delete(writing(token), true);
      if (token.equals(read().orElse(Map.of()).get(TOKEN))) {
        files.delete(file, false);
      }
    } catch (IOException e) {
      // The lock becomes stale by itself.
      lost = new CommitException("run lock " + file + ": cannot be removed: " + e, e);
    }
  }

  /** Seconds since the last renewal as the clocks say; negative when they disagree. */
  private static long age(Map<String, String> holder, Instant now) {
    return Duration.between(Instant.parse(holder.get(RENEWED)), now).toSeconds();
  }

  /**
   * Why this process may take the lock over: its owner has ended, or it looks old and does not
   * change while this process watches it.
   *
   * @return empty when it may not
   */
  private Optional<String> reasonToTakeOver(Map<String, String> holder, Consumer<String> warnings)
      throws IOException {
    if (ProcessMark.isGone(holder)) {
      return Optional.of(ENDED);
    }
    long age = age(holder, timing.clock().instant());
    if (age <= STALE_SECONDS && age >= -AHEAD_SECONDS) {
      return Optional.empty();
    }
    Duration watch = age < 0 ? timing.watchAhead() : timing.watch();
    warnings.accept(
        "run lock "
            + file
            + ": of "
            + named(holder)
            + ", last renewed "
            + holder.get(RENEWED)
            + ", which is "
            + Math.abs(age)
            + (age < 0 ? " s after" : " s before")
            + " this machine's time; looking for "
            + watch.toSeconds()
            + " s whether it is renewed");
    long start = System.nanoTime();
    long left = watch.toNanos();
    while (left > 0) {
      sleep(Math.min(left, timing.betweenLooks().toNanos()));
      Optional<Map<String, String>> now = read();
      if (now.isEmpty()) {
        return Optional.of("which has released it");
      }
      if (!now.get().equals(holder)) {
        return Optional.empty();
      }
      if (ProcessMark.isGone(holder)) {
        return Optional.of(ENDED);
      }
      left = watch.toNanos() - (System.nanoTime() - start);
    }
    return Optional.of("which has not renewed it since " + holder.get(RENEWED));
  }

  private void sleep(long nanoseconds) {
    try {
      TimeUnit.NANOSECONDS.sleep(nanoseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommitException("run lock " + file + ": interrupted while it was watched", e);
    }
  }

  private boolean create() throws IOException {
    if (HadoopStorage.isOfJava(files)) {
      return createNew();
    }
    try (OutputStream out = newFile()) {
      out.write(content());
      return true;
    } catch (FSError e) { // the local disk is full: an empty lock would block the next start
      files.delete(file, false);
      throw new IOException(e);
    } catch (IOException e) {
      if (files.exists(file)) {
        return false;
      }
      throw e;
    }
  }

  private boolean createNew() throws IOException {
    try {
      HadoopStorage.writeNew(files, file, content());
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** A file that must not exist: decided by the file system, on S3 by the condition of the PUT. */
  private OutputStream newFile() throws IOException {
    String condition = Options.CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;
    if (!files.hasPathCapability(file, condition)) {
      return files.create(file, false);
    }
    FSDataOutputStreamBuilder<?, ?> builder = files.createFile(file);
    builder.overwrite(false);
    builder.must(condition, true);
    return builder.build();
  }

  public synchronized void renew() {
    try {
      requireHeld();
      HadoopStorage.replace(files, renewal, file, content(), this::requireHeld);
      failedRenewal = null;
    } catch (IOException e) {
      renewalFailed(e);
    } catch (FSError | RuntimeException e) { // one that escaped would end the renewals
      if (lost != null) {
        renewals.shutdown(); // "lost" is thrown before the next commit
        deleteQuietly(renewal);
        whenLost.run();
      } else {
        renewalFailed(new IOException(e));
      }
    } catch (Error e) { // the scheduler would drop it
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }

  private void deleteQuietly(Path partial) {
    try {
      files.delete(partial, false);
    } catch (IOException e) {
      LOG.warn("run lock {}: {} remains: {}", file, partial, e.toString());
    }
  }

  /** The next renewal may succeed; {@link #requireHeld} decides before a commit. */
  private void renewalFailed(IOException e) {
    failedRenewal = e;
    LOG.warn(
        "run lock {}: not renewed, next attempt in {} s: {}", file, RENEW_SECONDS, e.toString());
  }

  private byte[] content() {
    Map<String, String> fields = ProcessMark.own();
    fields.put(RENEWED, timing.clock().instant().toString());
    fields.put(TOKEN, token);
    StringBuilder text = new StringBuilder();
    fields.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The fields of the lock, {@link #RENEWED} always among them; empty when there is no lock. */
  private Optional<Map<String, String>> read() throws IOException {
    return read(files, file);
  }

  private static Optional<Map<String, String>> read(FileSystem files, Path from)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return readOnce(files, from);
      } catch (IOException e) {
        if (attempt == READS || !mayPass(e)) {
          throw e;
        }
      }
    }
  }

  /** One that was replaced, or that was released and taken again, is there at the next attempt. */
  private static boolean mayPass(IOException failure) {
    return failure instanceof FileNotFoundException
        || failure.getClass().getSimpleName().equals(REPLACED);
  }

  /** Hadoop reports a local file that may not be read as one that is not there. */
  private static Optional<Map<String, String>> readOnce(FileSystem files, Path from)
      throws IOException {
    String text;
    Instant modified;
    try (InputStream in = files.open(from)) {
      modified = Instant.ofEpochMilli(files.getFileStatus(from).getModificationTime());
      text = new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      if (files.exists(from)) {
        throw e;
      }
      return Optional.empty();
    }
    Map<String, String> fields = new TreeMap<>();
    // The token is the last line: a file without a whole one was cut.
    Matcher whole = WHOLE.matcher(text);
    if (whole.matches()) {
      text.lines()
          .filter(line -> line.indexOf('=') > 0)
          .forEach(
              line ->
                  fields.put(
                      line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
    }
    if (!isInstant(fields.get(RENEWED))) {
      fields.clear();
      fields.put(RENEWED, modified.toString());
    }
    return Optional.of(fields);
  }

  private static boolean isInstant(String text) {
    try {
      return text != null && Instant.parse(text) != null;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  /**
   * Renames the file first, so that of two processes that read the same stale lock only one removes
   * it. The other process finds a lock with another token under the new name and restores it.
   */
  private boolean removeStale(Map<String, String> holder) throws IOException {
    Path aside = new Path(file.getParent(), NAME + ".stale-" + token);
    try {
      if (!files.rename(file, aside)) {
        return false;
      }
    } catch (FileNotFoundException | NoSuchFileException e) {
      return false; // released, or removed by another process
    }
    Map<String, String> moved = read(files, aside).orElse(Map.of());
    if (!Objects.equals(moved.get(TOKEN), holder.get(TOKEN)) && !files.exists(file)) {
      files.rename(aside, file);
      return false;
    }
    files.delete(aside, false);
    if (holder.containsKey(TOKEN)) { // before there is a lock that a renewal could replace
      files.delete(writing(holder.get(TOKEN)), true);
    }
    return true;
  }

  private static String named(Map<String, String> holder) {
    return holder.containsKey(TOKEN)
        ? "process " + holder.getOrDefault("pid", "?") + " on " + holder.getOrDefault("host", "?")
        : "an unknown process (the file is cut or garbled)";
  }

  private static String heldMessage(Path file, Map<String, String> holder) {
    return "run lock "
        + file
        + ": expected no other process on this run, actual "
        + named(holder)
        + ", last renewed "
        + holder.getOrDefault(RENEWED, "?")
        + "; stop that process, or choose another paths.run; a lock that is not renewed for "
        + STALE_SECONDS
        + " s is taken over, so without such a process try again then";
  }
}
