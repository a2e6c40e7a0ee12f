package org.hetal.spark.storage;

import java.util.List;
import org.hetal.dataset.Storage;

/**
 * A folder of a run that only the holder of the run's lock writes: each write and deletion first
 * checks that this process still holds it. A process that did not run for longer than its lease, as
 * in a suspended virtual machine, then writes nothing into a run that another process continues.
 */
public final class LockedStorage implements Storage {
  private final Storage files;
  private final RunLock lock;

  /**
   * @param files the folder
   * @param lock of the run that it belongs to
   */
  public LockedStorage(Storage files, RunLock lock) {
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
   * @throws org.hetal.dataset.CommitException when another process has taken the lock
   */
  @Override
  public void writeAtomically(String path, byte[] bytes) {
    lock.requireHeld();
    files.writeAtomically(path, bytes);
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
   * @throws org.hetal.dataset.CommitException when another process has taken the lock
   */
  @Override
  public void delete(String path) {
    lock.requireHeld();
    files.delete(path);
  }

  @Override
  public String describe() {
    return files.describe();
  }
}
