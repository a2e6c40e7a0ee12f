package org.hetal.owner.fuzz;

import java.util.List;
import java.util.Map;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;

/** A folder in memory that cannot be written. */
record MemoryFolder(Map<String, byte[]> files) implements Storage {
  @Override
  public byte[] read(String path) {
    if (!exists(path)) {
      throw new DatasetException(path + ": expected a file, actual none");
    }
    return files.get(path).clone();
  }

  @Override
  public void writeAtomically(String path, byte[] bytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean exists(String path) {
    return files.containsKey(path);
  }

  @Override
  public List<String> list(String directory) {
    return List.of();
  }

  @Override
  public List<String> walk() {
    return files.keySet().stream().sorted().toList();
  }

  @Override
  public void delete(String path) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String describe() {
    return "fuzz";
  }
}
