package org.hetal.spark.job;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * {@code unreliable:/path}: local files that fail to open the first time ({@code
 * fs.unreliable.fails}, a regular expression for the path), or that never open once the file {@code
 * fs.unreliable.hold} exists ({@code fs.unreliable.holds}, for the path): who waits there makes the
 * file {@code fs.unreliable.held}.
 */
public final class UnreliableFileSystem extends RawLocalFileSystem {
  static final Set<Path> FAILED = ConcurrentHashMap.newKeySet();

  @Override
  public URI getUri() {
    return URI.create("unreliable:///");
  }

  @Override
  public String getScheme() {
    return "unreliable";
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    String holds = getConf().get("fs.unreliable.holds", "");
    if (!holds.isEmpty() && path.toString().matches(holds)) {
      holdIfAsked();
    }
    String fails = getConf().get("fs.unreliable.fails", "");
    if (!fails.isEmpty() && path.toString().matches(fails) && FAILED.add(path)) {
      throw new IOException("injected failure of " + path);
    }
    return super.open(path, bufferSize);
  }

  private void holdIfAsked() throws IOException {
    java.nio.file.Path hold = java.nio.file.Path.of(getConf().get("fs.unreliable.hold"));
    if (!Files.exists(hold)) {
      return;
    }
    Files.write(java.nio.file.Path.of(getConf().get("fs.unreliable.held")), new byte[0]);
    try {
      Thread.currentThread().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
