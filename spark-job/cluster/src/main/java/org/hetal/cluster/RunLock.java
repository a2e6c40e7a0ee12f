package org.hetal.cluster;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One owner of a run directory at a time: the file {@code run.lock} in it names the process that
 * writes there.
 *
 * <p><b>Stale locks.</b> The owner renews the file every {@value #RENEW_SECONDS} seconds. A lock is
 * stale, and is taken over without asking, when its process is known to be gone (same host, and no
 * process of that number that started at that time) or when it has not been renewed for {@value
 * #STALE_SECONDS} seconds. Clocks of machines that share a run directory must agree to a minute.
 *
 * <p>Creating a file where there must be none is atomic on a local disk's and HDFS's terms but not
 * on every object store's; therefore the owner also checks, at each renewal and before each
 * checkpoint ({@link #requireHeld}), that the file still carries its own token, and gives up if
 * not.
 */
public final class RunLock implements AutoCloseable {
  static final String NAME = "run.lock";
  static final int RENEW_SECONDS = 20;
  static final int STALE_SECONDS = 120;

  private final FileSystem files;
  private final Path file;
  private final String token;
  private final ScheduledExecutorService renewals =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "hetal-run-lock");
            thread.setDaemon(true);
            return thread;
          });
  private volatile CommitException lost;
  private volatile IOException failedRenewal;

  private RunLock(FileSystem files, Path file, String token) {
    this.files = files;
    this.file = file;
    this.token = token;
  }

  /**
   * Takes the lock of a run directory, which is created if need be.
   *
   * @throws CommitException when a living process holds it, or the directory cannot be written
   */
  static RunLock acquire(String runDirectory, Configuration hadoop) {
    Path directory = new Path(runDirectory);
    Path file = new Path(directory, NAME);
    RunLock lock;
    try {
      FileSystem files = HadoopStorage.exact(directory.getFileSystem(hadoop));
      files.mkdirs(directory);
      lock = new RunLock(files, file, UUID.randomUUID().toString());
      for (int attempt = 0; !lock.create(); attempt++) {
        Optional<Map<String, String>> holder = lock.read();
        if (holder.isEmpty()) {
          continue; // released between the two looks
        }
        if (!isStale(holder.get(), Instant.now()) || attempt > 2) {
          throw new CommitException(heldMessage(file, holder.get()));
        }
        lock.removeStale(holder.get());
      }
      lock.requireHeld();
    } catch (IOException e) {
      throw new CommitException("run directory " + runDirectory + ": cannot be written: " + e, e);
    }
    lock.renewals.scheduleWithFixedDelay(
        lock::renew, RENEW_SECONDS, RENEW_SECONDS, TimeUnit.SECONDS);
    return lock;
  }

  /**
   * @throws CommitException when another process has taken the lock
   */
  public void requireHeld() {
    if (lost != null) {
      throw lost;
    }
    try {
      Map<String, String> holder = read().orElse(Map.of());
      if (!token.equals(holder.get("token"))) {
        lost = new CommitException("run lock lost: " + heldMessage(file, holder));
        throw lost;
      }
    } catch (IOException e) {
      throw new CommitException("run lock " + file + ": cannot be read: " + e, e);
    }
  }

  /** Why the last renewal failed, if it did. */
  Optional<IOException> failedRenewal() {
    return Optional.ofNullable(failedRenewal);
  }

  @Override
  public void close() {
    renewals.shutdownNow();
    try {
      if (token.equals(read().orElse(Map.of()).get("token"))) {
        files.delete(file, false);
      }
    } catch (IOException e) {
      // The lock turns stale by itself.
      lost = new CommitException("run lock " + file + ": cannot be removed: " + e, e);
    }
  }

  static boolean isStale(Map<String, String> holder, Instant now) {
    Instant renewed = Instant.parse(holder.get("renewed"));
    if (renewed.plusSeconds(STALE_SECONDS).isBefore(now)) {
      return true;
    }
    return host().equals(holder.get("host")) && !isAlive(holder);
  }

  private static boolean isAlive(Map<String, String> holder) {
    try {
      long pid = Long.parseLong(holder.getOrDefault("pid", ""));
      return ProcessHandle.of(pid)
          .map(process -> started(process).equals(holder.get("started")))
          .orElse(false);
    } catch (NumberFormatException e) {
      return true;
    }
  }

  private boolean create() throws IOException {
    try (OutputStream out = files.create(file, false)) {
      out.write(content());
      return true;
    } catch (IOException e) {
      if (files.exists(file)) {
        return false;
      }
      throw e;
    }
  }

  void renew() {
    try {
      requireHeld();
      Path next = new Path(file.getParent(), NAME + "." + token);
      try (OutputStream out = files.create(next, true)) {
        out.write(content());
      }
      HadoopStorage.replace(files, next, file);
      failedRenewal = null;
    } catch (CommitException e) {
      renewals.shutdown(); // kept in "lost", thrown before the next commit
    } catch (IOException e) {
      failedRenewal = e; // the next renewal may succeed; requireHeld decides before a commit
    }
  }

  private byte[] content() {
    ProcessHandle self = ProcessHandle.current();
    Map<String, String> fields = new TreeMap<>();
    fields.put("host", host());
    fields.put("pid", Long.toString(self.pid()));
    fields.put("started", started(self));
    fields.put("renewed", Instant.now().toString());
    fields.put("token", token);
    StringBuilder text = new StringBuilder();
    fields.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private Optional<Map<String, String>> read() throws IOException {
    try (InputStream in = files.open(file)) {
      Map<String, String> fields = new TreeMap<>();
      // Of a process that died before it wrote a line the file system knows when that was.
      long modified = files.getFileStatus(file).getModificationTime();
      fields.put("renewed", Instant.ofEpochMilli(modified).toString());
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .forEach(
              line -> {
                int at = line.indexOf('=');
                if (at > 0) {
                  fields.put(line.substring(0, at), line.substring(at + 1));
                }
              });
      return Optional.of(fields);
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /** Renames first, so that of two processes that saw the same stale lock only one removes it. */
  private void removeStale(Map<String, String> holder) throws IOException {
    Path aside = new Path(file.getParent(), NAME + ".stale-" + holder.get("token"));
    if (files.rename(file, aside)) {
      files.delete(aside, false);
    }
  }

  private static String heldMessage(Path file, Map<String, String> holder) {
    return "run lock "
        + file
        + ": expected no other process on this run, actual process "
        + holder.getOrDefault("pid", "?")
        + " on "
        + holder.getOrDefault("host", "?")
        + ", last renewed "
        + holder.getOrDefault("renewed", "?")
        + " (a lock not renewed for "
        + Duration.ofSeconds(STALE_SECONDS).toSeconds()
        + " s, or of a process that is gone from this host, is taken over)";
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
