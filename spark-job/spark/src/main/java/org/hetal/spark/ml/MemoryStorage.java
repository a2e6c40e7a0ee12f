package org.hetal.spark.ml;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;

/** A folder in memory. */
final class MemoryStorage implements Storage {
  private final Map<String, byte[]> files = new TreeMap<>();
  private final String what;

  /**
   * @param what it holds, for messages
   */
  MemoryStorage(String what) {
    this.what = what;
  }

  @Override
  public synchronized byte[] read(String path) {
    byte[] bytes = files.get(path);
    if (bytes == null) {
      throw new DatasetException(describe() + "/" + path + ": expected a file, actual none");
    }
    return bytes.clone();
  }

  @Override
  public synchronized void writeAtomically(String path, byte[] bytes) {
    files.put(path, bytes.clone());
  }

  @Override
  public synchronized boolean exists(String path) {
    return files.containsKey(path);
  }

  @Override
  public synchronized List<String> list(String directory) {
    String prefix = directory.isEmpty() ? "" : directory + "/";
    return files.keySet().stream()
        .filter(path -> path.startsWith(prefix) && path.indexOf('/', prefix.length()) < 0)
        .toList();
  }

  @Override
  public synchronized List<String> walk() {
    return List.copyOf(files.keySet());
  }

  @Override
  public synchronized void delete(String path) {
    files.remove(path);
  }

  @Override
  public String describe() {
    return what + " in memory";
  }
}
