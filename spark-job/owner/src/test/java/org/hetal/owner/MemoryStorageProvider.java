package org.hetal.owner;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;
import org.hetal.dataset.StorageProvider;

/** A file system in memory under {@code memory:}, by which tests see that URIs reach a provider. */
public final class MemoryStorageProvider implements StorageProvider {
  private static final ConcurrentMap<String, Folder> FOLDERS = new ConcurrentHashMap<>();

  @Override
  public Storage open(String uri) {
    return uri.startsWith("memory:") ? FOLDERS.computeIfAbsent(uri, Folder::new) : null;
  }

  private static final class Folder implements Storage {
    private final Map<String, byte[]> files = new TreeMap<>();
    private final String uri;

    Folder(String uri) {
      this.uri = uri;
    }

    @Override
    public byte[] read(String path) {
      if (!files.containsKey(path)) {
        throw new DatasetException(uri + "/" + path + ": expected a file, actual none");
      }
      return files.get(path).clone();
    }

    @Override
    public void writeAtomically(String path, byte[] bytes) {
      files.put(path, bytes.clone());
    }

    @Override
    public boolean exists(String path) {
      return files.containsKey(path);
    }

    @Override
    public List<String> list(String directory) {
      String prefix = directory.isEmpty() ? "" : directory + "/";
      return files.keySet().stream()
          .filter(path -> path.startsWith(prefix) && path.indexOf('/', prefix.length()) < 0)
          .toList();
    }

    @Override
    public List<String> walk() {
      return List.copyOf(files.keySet());
    }

    @Override
    public void delete(String path) {
      files.remove(path);
    }

    @Override
    public String describe() {
      return uri;
    }
  }
}
