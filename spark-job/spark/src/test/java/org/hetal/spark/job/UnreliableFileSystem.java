package org.hetal.spark.job;

import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * {@code unreliable:/path}: local files that are slow to open ({@code fs.unreliable.delay.millis}),
 * or that fail the first time ({@code fs.unreliable.fails}, a regular expression for the path).
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
    try {
      Thread.sleep(getConf().getInt("fs.unreliable.delay.millis", 0));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    String fails = getConf().get("fs.unreliable.fails", "");
    if (!fails.isEmpty() && path.toString().matches(fails) && FAILED.add(path)) {
      throw new IOException("injected failure of " + path);
    }
    return super.open(path, bufferSize);
  }
}
