package org.hetal.spark.executor;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.hetal.dataset.EncryptedDataset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads rows into the cache before the task that needs them: while the bootstraps of a microbatch
 * run, those of the next minibatch. One thread of low priority per engine. It reads only what fits
 * into the cache beside all that is in use. A failure is left to the task, which reads again.
 *
 * <p>At 128 bits a group of 2048 rows of 769 features has 56 blocks of 3.9 MB on storage and 11.5
 * MB in memory. From an object store at 100 MB/s they take 2.2 s, which this class hides.
 *
 * <p>The features are not rotated ahead. It is one rotation per block and would add 646 MB per
 * group to the cache; the cores that rotate would be those that bootstrap.
 */
final class Prefetcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Prefetcher.class);
  private static final int SECONDS_TO_END = 10;

  private final CiphertextCache rows;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread created = new Thread(task, "hetal-prefetch");
            created.setDaemon(true);
            created.setPriority(Thread.MIN_PRIORITY);
            return created;
          });
  private volatile boolean closed;

  Prefetcher(CiphertextCache rows) {
    this.rows = rows;
  }

  /** Returns at once; after {@link #close} it does nothing. */
  void start(EncryptedDataset.Microbatch next) {
    if (closed) {
      return;
    }
    thread.execute(
        () -> {
          try {
            rows.prefetch(next, () -> closed);
          } catch (RuntimeException e) {
            LOG.debug("microbatch {} was not read ahead", next.id(), e);
          }
        });
  }

  /** Waits for the file that is being read. */
  @Override
  public void close() {
    closed = true;
    thread.shutdown();
    try {
      if (!thread.awaitTermination(SECONDS_TO_END, TimeUnit.SECONDS)) {
        thread.shutdownNow();
        thread.awaitTermination(SECONDS_TO_END, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
