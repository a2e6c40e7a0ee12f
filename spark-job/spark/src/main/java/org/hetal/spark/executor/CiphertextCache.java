package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.Storage;
import org.hetal.dataset.StoredFile;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.HeFormatException;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.packing.Layout;
import org.hetal.spark.engine.EngineMetrics;
import org.hetal.training.EncryptedMicrobatch;

/**
 * The ciphertexts of a data set, of which those used last stay in memory. Each is read and
 * deserialized alone, so a task that needs a part of a microbatch reads only that. Thread-safe.
 */
final class CiphertextCache implements AutoCloseable {
  private final Evaluator evaluator;
  private final Storage storage;
  private final Layout layout;
  private final LongAdder filesRead = new LongAdder();
  private final LongAdder bytesRead = new LongAdder();
  private final LongAdder readAhead = new LongAdder();
  final LeaseCache<String, Ciphertext> files;

  /**
   * @param capacity bytes in memory; 0 keeps only what is in use
   */
  CiphertextCache(Evaluator evaluator, Storage storage, Layout layout, long capacity) {
    this.evaluator = evaluator;
    this.storage = storage;
    this.layout = layout;
    this.files = new LeaseCache<>(capacity);
  }

  /** A loan without ciphertexts yet. */
  Loan loan() {
    return new Loan();
  }

  /**
   * Reads the ciphertexts of a microbatch that are not in memory, if all of it fits there beside
   * what is in use.
   *
   * @param stop asked before each file
   */
  void prefetch(EncryptedDataset.Microbatch microbatch, BooleanSupplier stop) {
    List<StoredFile> wanted =
        microbatch.groups().stream().flatMap(group -> group.files().stream()).toList();
    if (!files.hasRoomFor(wanted.stream().mapToLong(this::weight).sum())) {
      return;
    }
    for (StoredFile file : wanted) {
      if (stop.getAsBoolean()) {
        return;
      }
      try (var lease = files.lease(file.path(), weight(file), () -> read(file))) {
        if (!lease.wasCached()) {
          readAhead.increment();
          EngineMetrics.cache(false);
        }
      }
    }
  }

  /**
   * Reads a ciphertext and forgets it.
   *
   * @throws DatasetException when the file is missing or damaged
   */
  void check(StoredFile file) {
    read(file).close();
  }

  /** Ciphertexts read by {@link #prefetch}. */
  long readAhead() {
    return readAhead.sum();
  }

  private long weight(StoredFile file) {
    return evaluator.parameters().ciphertextBytes(file.level());
  }

  /** For the log. */
  String describe() {
    return filesRead + " files with " + bytesRead + " bytes were read, " + readAhead + " ahead";
  }

  /** Frees what nobody uses. */
  @Override
  public void close() {
    files.close();
  }

  /**
   * Ciphertexts in use until this is closed. What it returns is not closed by the caller. Used by
   * one thread.
   */
  final class Loan implements AutoCloseable {
    private final List<LeaseCache<String, Ciphertext>.Lease> leases = new ArrayList<>();

    /** The features and labels of a whole microbatch. */
    EncryptedMicrobatch microbatch(EncryptedDataset.Microbatch microbatch) {
      return new EncryptedMicrobatch(
          microbatch.groups().stream()
              .map(group -> new EncryptedMicrobatch.Group(features(group), labels(group)))
              .toList());
    }

    /** All features of a group. */
    FeatureBlocks features(EncryptedDataset.Group group) {
      return features(group, 0, group.rowBlocks(layout), 0, layout.columnBlocks());
    }

    /** Some row blocks of a group, with some of its column blocks. */
    FeatureBlocks features(
        EncryptedDataset.Group group, int firstRow, int rows, int firstColumn, int columns) {
      List<Ciphertext> blocks = new ArrayList<>();
      for (int row = firstRow; row < firstRow + rows; row++) {
        for (int column = firstColumn; column < firstColumn + columns; column++) {
          blocks.add(one(group.features().get(row * layout.columnBlocks() + column)));
        }
      }
      return new FeatureBlocks(blocks, rows);
    }

    Ciphertext labels(EncryptedDataset.Group group) {
      return one(group.labels());
    }

    private Ciphertext one(StoredFile file) {
      var lease = files.lease(file.path(), weight(file), () -> read(file));
      EngineMetrics.cache(lease.wasCached());
      leases.add(lease);
      return lease.value();
    }

    @Override
    public void close() {
      leases.forEach(LeaseCache.Lease::close);
    }
  }

  private Ciphertext read(StoredFile file) {
    byte[] bytes = file.read(storage);
    filesRead.increment();
    bytesRead.add(bytes.length);
    Ciphertext ciphertext;
    try {
      ciphertext = evaluator.deserialize(bytes);
    } catch (HeFormatException e) {
      throw new DatasetException(storage.describe(file.path()) + ": " + e.getMessage(), e);
    }
    if (ciphertext.level() != file.level()) {
      int level = ciphertext.level();
      ciphertext.close();
      throw new DatasetException(
          storage.describe(file.path())
              + ": expected level "
              + file.level()
              + " as in the manifest, actual "
              + level);
    }
    return ciphertext;
  }
}
