package org.hetal.features;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.hetal.command.ProgressBar;
import org.hetal.he.ResourceUnavailableException;
import org.hetal.owner.table.DataException;

/**
 * Computes the features of all images of a folder on several threads and writes them in the
 * folder's order. The first image that fails, in that order, ends it, and no file is written.
 */
final class Extraction {
  /** Images that are decoded or computed at a time, per thread. */
  private static final int AHEAD = 2;

  private final ImageFolder folder;
  private final Preprocessing preprocessing;
  private final FeatureExtractor extractor;
  private final int threads;

  /**
   * What was written.
   *
   * @param columns features per image
   */
  record Result(List<Path> files, int columns) {}

  Extraction(
      ImageFolder folder, Preprocessing preprocessing, FeatureExtractor extractor, int threads) {
    this.folder = folder;
    this.preprocessing = preprocessing;
    this.extractor = extractor;
    this.threads = threads;
  }

  /**
   * Writes the features.
   *
   * @param target replaced when it exists
   * @param progress is told the number of images that are written
   */
  Result write(Path target, ProgressBar progress) {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    FeatureFile file = null;
    try {
      Iterator<ImageFolder.Image> images = folder.images().iterator();
      ArrayDeque<Future<float[]>> running = new ArrayDeque<>();
      int done = 0;
      int columns = 0;
      for (ImageFolder.Image image : folder.images()) {
        while (running.size() < AHEAD * threads && images.hasNext()) {
          ImageFolder.Image next = images.next();
          running.add(pool.submit(() -> features(next)));
        }
        float[] features = result(running.remove());
        if (file == null) {
          columns = features.length;
          file = FeatureFile.open(target, folder, columns);
        }
        requireColumns(image, columns, features);
        file.add(image, features);
        done++;
        progress.accept(done, folder.images().size());
      }
      return new Result(file.commit(), columns);
    } finally {
      end(pool);
      if (file != null) {
        file.close();
      }
    }
  }

  /** Waits for the images that are being computed: the caller closes the model after this. */
  private static void end(ExecutorService pool) {
    pool.shutdownNow();
    boolean interrupted = false;
    while (!pool.isTerminated()) {
      try {
        pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private float[] features(ImageFolder.Image image) {
    Path file = folder.file(image);
    return extractor.run(file.toString(), preprocessing.apply(ImageDecoder.decode(file)));
  }

  private void requireColumns(ImageFolder.Image image, int columns, float[] features) {
    if (features.length != columns) {
      throw new DataException(
          folder.file(image)
              + ": expected "
              + columns
              + " features, as of the first image, actual "
              + features.length);
    }
  }

  private static float[] result(Future<float[]> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ResourceUnavailableException("interrupted; repeat the command");
    }
  }
}
