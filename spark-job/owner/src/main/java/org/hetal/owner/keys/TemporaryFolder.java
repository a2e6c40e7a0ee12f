package org.hetal.owner.keys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;
import org.hetal.he.FileWriteException;

/** A temporary folder that is deleted, with its content, when it is closed. */
public final class TemporaryFolder implements AutoCloseable {
  private final Path path;

  public TemporaryFolder(String prefix) {
    try {
      path = Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw FileWriteException.of(Path.of(System.getProperty("java.io.tmpdir")), e);
    }
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      FileUtils.deleteDirectory(path.toFile());
    } catch (IOException e) {
      throw FileWriteException.of(path, e);
    }
  }
}
