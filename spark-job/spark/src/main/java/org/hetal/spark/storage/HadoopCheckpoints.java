package org.hetal.spark.storage;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.DigestedJson;
import org.hetal.dataset.StoredFile;
import org.hetal.format.Digests;
import org.hetal.spark.errors.RetryLaterException;
import org.hetal.training.Checkpoint;
import org.hetal.training.CheckpointStore;

/**
 * Checkpoints in a run directory: {@code checkpoints/epoch-000012/} with one file a ciphertext and
 * {@code manifest.json}, which is written last and atomically. A folder without the manifest is not
 * a checkpoint; a folder with it is complete. The two newest checkpoints are kept. The manifest is
 * a {@link DigestedJson} with counters, the hash of the configuration, and length and SHA-256 of
 * each file. A checkpoint inside an epoch has the folder {@code epoch-000012-batch-000000034/}: 12
 * completed epochs and 34 completed minibatches of the next one.
 *
 * <p>An epoch is saved before the validation oracle is asked and again with its answer. The second
 * manifest replaces the first one in the same folder. No file that the first one names is changed:
 * the name of a file of best weights contains the best epoch.
 */
public final class HadoopCheckpoints implements CheckpointStore {
  private static final String FOLDER = "checkpoints";
  private static final String MANIFEST = "manifest.json";
  private static final Pattern NAME = Pattern.compile("epoch-(\\d{6})(?:-batch-(\\d{9}))?");
  private static final int KEPT = 2;
  private static final DigestedJson FORMAT =
      new DigestedJson(
          "hetal-checkpoint",
          3,
          "another release wrote it; continue the run with that release, or choose another"
              + " paths.run");

  private final HadoopStorage storage;
  private final LockedStorage locked;
  private final RunLock lock;

  /** Where a checkpoint was taken; the name of its folder tells. */
  private record Position(int epoch, int batch) implements Comparable<Position> {
    static Position of(Checkpoint checkpoint) {
      return new Position(checkpoint.epoch(), checkpoint.batch());
    }

    @Override
    public int compareTo(Position other) {
      int byEpoch = Integer.compare(epoch, other.epoch);
      return byEpoch != 0 ? byEpoch : Integer.compare(batch, other.batch);
    }

    String folder() {
      String end = String.format(Locale.ROOT, "%s/epoch-%06d", FOLDER, epoch);
      return batch == 0 ? end : end + String.format(Locale.ROOT, "-batch-%09d", batch);
    }
  }

  /** The manifest of one checkpoint; lambda by its bits, so that it comes back exactly. */
  record Manifest(
      String configurationHash,
      int epoch,
      boolean answered,
      int step,
      long lambdaBits,
      int bestEpoch,
      boolean finished,
      String reason,
      List<StoredFile> weights,
      List<StoredFile> lookahead,
      List<StoredFile> best) {}

  /**
   * @param storage of the run directory
   * @param lock on it; checked before each write
   */
  public HadoopCheckpoints(HadoopStorage storage, RunLock lock) {
    this.storage = storage;
    this.locked = new LockedStorage(storage, lock);
    this.lock = lock;
  }

  /**
   * @throws CommitException when the directory cannot be written or the run is another process's
   * @throws RetryLaterException when the file system is away
   */
  @Override
  public void save(Checkpoint checkpoint) {
    lock.requireHeld();
    String folder = Position.of(checkpoint).folder();
    try {
      Set<StoredFile> there = filesOf(folder);
      Manifest manifest =
          new Manifest(
              checkpoint.configurationHash(),
              checkpoint.epoch(),
              checkpoint.answered(),
              checkpoint.step(),
              Double.doubleToLongBits(checkpoint.lambda()),
              checkpoint.bestEpoch(),
              checkpoint.finished(),
              checkpoint.reason(),
              write(folder, "w", checkpoint.weights(), there),
              write(folder, "v", checkpoint.lookahead(), there),
              write(folder, bestName(checkpoint), checkpoint.best(), there));
      FORMAT.write(locked, folder + "/" + MANIFEST, manifest);
      List<Position> all = committed();
      for (Position old : all.subList(0, Math.max(0, all.size() - KEPT))) {
        // The manifest first: a deletion that is cut off leaves nothing that looks complete.
        locked.delete(old.folder() + "/" + MANIFEST);
        storage.deleteFolder(old.folder());
      }
    } catch (UncheckedIOException e) {
      lock.requireHeld(); // another process that took the run deletes files that it did not write
      throw HadoopFailures.ofRun(
          "checkpoint of epoch "
              + checkpoint.epoch()
              + " in "
              + storage.describe()
              + ": "
              + e.getMessage(),
          LockedStorage.REMEDY,
          e.getCause());
    }
  }

  /**
   * @throws DatasetException when the newest checkpoint is damaged: an older one is not taken in
   *     its place without being asked; remove the folder to go back to the one before
   */
  @Override
  public Optional<Checkpoint> latest() {
    return newest().map(this::read);
  }

  /**
   * @throws CommitException when the newest checkpoint is of another configuration
   */
  public void requireConfiguration(String hash) {
    newest()
        .map(position -> manifest(position.folder()))
        .filter(manifest -> !manifest.configurationHash().equals(hash))
        .ifPresent(
            manifest -> {
              throw new CommitException(
                  "run directory "
                      + storage.describe()
                      + ": expected a run of this data set, keys and schedule ("
                      + hash
                      + "), actual one of "
                      + manifest.configurationHash()
                      + "; choose another paths.run");
            });
  }

  private Optional<Position> newest() {
    List<Position> all = committed();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  private Checkpoint read(Position position) {
    Manifest manifest = manifest(position.folder());
    return new Checkpoint(
        manifest.configurationHash(),
        manifest.epoch(),
        manifest.answered(),
        position.batch(),
        manifest.step(),
        Double.longBitsToDouble(manifest.lambdaBits()),
        read(manifest.weights()),
        read(manifest.lookahead()),
        manifest.bestEpoch(),
        read(manifest.best()),
        manifest.finished(),
        manifest.reason());
  }

  private Manifest manifest(String folder) {
    return FORMAT.read(storage, folder + "/" + MANIFEST, Manifest.class);
  }

  /** What a committed checkpoint of the epoch already has; none before it is committed. */
  private Set<StoredFile> filesOf(String folder) {
    Set<StoredFile> files = new HashSet<>();
    if (storage.exists(folder + "/" + MANIFEST)) {
      Manifest manifest = manifest(folder);
      files.addAll(manifest.weights());
      files.addAll(manifest.lookahead());
      files.addAll(manifest.best());
    }
    return files;
  }

  private static String bestName(Checkpoint checkpoint) {
    return String.format(Locale.ROOT, "best-%06d", checkpoint.bestEpoch());
  }

  /** In the order in which they were taken. */
  private List<Position> committed() {
    List<Position> all = new ArrayList<>();
    for (String name : storage.folders(FOLDER)) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches() && storage.exists(FOLDER + "/" + name + "/" + MANIFEST)) {
        String batch = matcher.group(2);
        all.add(
            new Position(
                Integer.parseInt(matcher.group(1)), batch == null ? 0 : Integer.parseInt(batch)));
      }
    }
    Collections.sort(all);
    return all;
  }

  /**
   * @param there files that are stored already, and are not written again
   */
  private List<StoredFile> write(
      String folder, String name, List<byte[]> ciphertexts, Set<StoredFile> there) {
    List<StoredFile> files = new ArrayList<>();
    for (int i = 0; i < ciphertexts.size(); i++) {
      byte[] bytes = ciphertexts.get(i);
      String path = String.format(Locale.ROOT, "%s/%s-%04d.ct", folder, name, i);
      // The level is in the ciphertext itself; the checkpoint does not need to know it.
      StoredFile file = new StoredFile(path, 0, bytes.length, Digests.sha256(bytes));
      if (!there.contains(file)) {
        locked.writeAtomically(path, bytes);
      }
      files.add(file);
    }
    return files;
  }

  private List<byte[]> read(List<StoredFile> files) {
    return files.stream().map(file -> file.read(storage)).toList();
  }
}
