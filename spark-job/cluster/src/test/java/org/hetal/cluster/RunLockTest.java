package org.hetal.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
  @TempDir Path root;
  private final Configuration hadoop = new Configuration();

  private RunLock acquire() {
    return RunLock.acquire(root.resolve("run").toString(), hadoop);
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

  private static String here() throws Exception {
    return InetAddress.getLocalHost().getHostName();
  }

  @Test
  void acquire_ofAFreeRun_holdsItUntilClosed() {
    try (RunLock lock = acquire()) {
      lock.requireHeld();
      assertTrue(Files.exists(root.resolve("run/run.lock")));
    }
    assertFalse(Files.exists(root.resolve("run/run.lock")));
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
  void acquire_ofARunOfAProcessThatIsGone_takesItOver() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    write(here(), gone.pid(), Instant.now().toString(), Instant.now());
    try (RunLock lock = acquire()) {
      lock.requireHeld();
    }
  }

  @Test
  void acquire_whenTheProcessNumberWasGivenToAnother_takesItOver() throws Exception {
    write(here(), ProcessHandle.current().pid(), "2001-01-01T00:00:00Z", Instant.now());
    try (RunLock lock = acquire()) {
      lock.requireHeld();
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
