package org.hetal.spark.storage;

import java.io.UncheckedIOException;
import java.util.List;
import org.hetal.dataset.Storage;

/**
 * A folder of a run that only the holder of the run's lock writes: each write and deletion checks
 * that this process still holds it. A process that did not run for longer than its lease, as in a
 * suspended virtual machine, then writes nothing into a run that another process continues.
 *
 * <p>A file is written under the name {@link RunLock#partial()}, then the lock is checked, then the
 * file is renamed. Whoever takes the lock over deletes such files of others before it reads the
 * run. A process that was suspended between check and rename therefore has nothing to rename. On an
 * object store, where nothing is renamed, a process that was suspended after the check still sends
 * its object.
 */
public final class LockedStorage implements Storage {
  static final String REMEDY =
      "give it room and permission, then the same command continues the run";

  private final HadoopStorage files;
  private final RunLock lock;

  /**
   * @param files the folder
   * @param lock of the run that it belongs to
   */
  public LockedStorage(HadoopStorage files, RunLock lock) {
    this.files = files;
    this.lock = lock;
  }

  @Override
  public byte[] read(String path) {
    return files.read(path);
  }

  @Override
  public byte[] read(String path, long most) {
    return files.read(path, most);
  }

  /**
   * @throws org.hetal.dataset.CommitException when another process has taken the lock, or the file
   *     cannot be written
   * @throws org.hetal.spark.errors.RetryLaterException when the file system is away
   */
  @Override
  public void writeAtomically(String path, byte[] bytes) {
    change(() -> files.writeAtomically(lock.partial(), path, bytes, lock::requireHeld));
  }

  private void change(Runnable action) {
    lock.requireHeld();
    try {
      action.run();
    } catch (UncheckedIOException e) {
      lock.requireHeld(); // another process that took the run deletes files that it did not write
      throw HadoopFailures.ofRun(e.getMessage(), REMEDY, e.getCause());
    }
  }

  @Override
  public boolean exists(String path) {
    return files.exists(path);
  }

  @Override
  public List<String> list(String directory) {
    return files.list(directory);
  }

  @Override
  public List<String> walk() {
    return files.walk();
  }

  /**
   * @throws org.hetal.dataset.CommitException when another process has taken the lock, or the file
   *     cannot be deleted
   * @throws org.hetal.spark.errors.RetryLaterException when the file system is away
   */
  @Override
  public void delete(String path) {
    change(() -> files.delete(path));
  }

  @Override
  public String describe() {
    return files.describe();
  }
}
