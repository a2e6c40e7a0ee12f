package org.hetal.owner.keys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;
import org.hetal.he.FileWriteException;

/** A temporary folder that is deleted, with its content, when it is closed. */
public final class TemporaryFolder implements AutoCloseable {
  private final Path path;

  /** In the folder of the system property {@code java.io.tmpdir}. */
  public TemporaryFolder(String prefix) {
    this(Path.of(System.getProperty("java.io.tmpdir")), prefix);
  }

  public TemporaryFolder(Path parent, String prefix) {
    try {
      path = Files.createTempDirectory(parent, prefix);
    } catch (IOException e) {
      throw FileWriteException.of(parent, e);
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
