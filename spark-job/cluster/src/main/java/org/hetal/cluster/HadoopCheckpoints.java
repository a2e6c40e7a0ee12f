package org.hetal.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.StoredFile;
import org.hetal.training.Checkpoint;
import org.hetal.training.CheckpointStore;

/**
 * Checkpoints in a run directory: {@code checkpoints/epoch-000012/} with one file a ciphertext and
 * {@code manifest.json}, which is written last and by a rename: a folder without it is no
 * checkpoint, one with it is whole. The two newest are kept. The manifest holds counters, the hash
 * of the configuration, and length and SHA-256 of each file.
 */
final class HadoopCheckpoints implements CheckpointStore {
  private static final String FOLDER = "checkpoints";
  private static final String MANIFEST = "manifest.json";
  private static final Pattern NAME = Pattern.compile("epoch-(\\d{6})");
  private static final int VERSION = 1;
  private static final int KEPT = 2;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final HadoopStorage storage;
  private final RunLock lock;

  /** The manifest of one checkpoint; lambda by its bits, so that it comes back exactly. */
  record Manifest(
      int version,
      String configurationHash,
      int epoch,
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
   * @param lock on it; checked before each commit
   */
  HadoopCheckpoints(HadoopStorage storage, RunLock lock) {
    this.storage = storage;
    this.lock = lock;
  }

  /**
   * @throws CommitException when the directory cannot be written or the run is another process's
   */
  @Override
  public void save(Checkpoint checkpoint) {
    lock.requireHeld();
    String folder = folder(checkpoint.epoch());
    try {
      Manifest manifest =
          new Manifest(
              VERSION,
              checkpoint.configurationHash(),
              checkpoint.epoch(),
              checkpoint.step(),
              Double.doubleToLongBits(checkpoint.lambda()),
              checkpoint.bestEpoch(),
              checkpoint.finished(),
              checkpoint.reason(),
              write(folder, "w", checkpoint.weights()),
              write(folder, "v", checkpoint.lookahead()),
              write(folder, "best", checkpoint.best()));
      byte[] json = JSON.writeValueAsBytes(manifest);
      lock.requireHeld();
      storage.writeAtomically(folder + "/" + MANIFEST, json);
      List<Integer> epochs = committed();
      for (int epoch : epochs.subList(0, Math.max(0, epochs.size() - KEPT))) {
        storage.deleteFolder(folder(epoch));
      }
    } catch (UncheckedIOException | JsonProcessingException e) {
      throw new CommitException(
          "checkpoint of epoch " + checkpoint.epoch() + " in " + storage.describe() + ": " + e, e);
    }
  }

  /**
   * @throws DatasetException when the newest checkpoint is damaged: an older one is not taken in
   *     its place without being asked; remove the folder to go back to the one before
   */
  @Override
  public Optional<Checkpoint> latest() {
    return manifest()
        .map(
            manifest ->
                new Checkpoint(
                    manifest.configurationHash(),
                    manifest.epoch(),
                    manifest.step(),
                    Double.longBitsToDouble(manifest.lambdaBits()),
                    read(manifest.weights()),
                    read(manifest.lookahead()),
                    manifest.bestEpoch(),
                    read(manifest.best()),
                    manifest.finished(),
                    manifest.reason()));
  }

  /**
   * @throws CommitException when the newest checkpoint is of another configuration
   */
  void requireConfiguration(String hash) {
    manifest()
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

  private Optional<Manifest> manifest() {
    List<Integer> epochs = committed();
    if (epochs.isEmpty()) {
      return Optional.empty();
    }
    String folder = folder(epochs.get(epochs.size() - 1));
    String where = storage.describe() + "/" + folder + "/" + MANIFEST;
    Manifest manifest;
    try {
      manifest = JSON.readValue(storage.read(folder + "/" + MANIFEST), Manifest.class);
    } catch (IOException e) {
      throw new DatasetException(where + ": expected the manifest of a checkpoint: " + e, e);
    }
    if (manifest.version() != VERSION) {
      throw new DatasetException(
          where + ": expected version " + VERSION + ", actual " + manifest.version());
    }
    return Optional.of(manifest);
  }

  private List<Integer> committed() {
    List<Integer> epochs = new ArrayList<>();
    for (String name : storage.folders(FOLDER)) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches() && storage.exists(FOLDER + "/" + name + "/" + MANIFEST)) {
        epochs.add(Integer.parseInt(matcher.group(1)));
      }
    }
    return epochs;
  }

  private static String folder(int epoch) {
    return String.format(Locale.ROOT, "%s/epoch-%06d", FOLDER, epoch);
  }

  private List<StoredFile> write(String folder, String name, List<byte[]> ciphertexts) {
    List<StoredFile> files = new ArrayList<>();
    for (int i = 0; i < ciphertexts.size(); i++) {
      // The level is in the ciphertext itself; the checkpoint does not need to know it.
      files.add(
          StoredFile.write(
              storage,
              String.format(Locale.ROOT, "%s/%s-%04d.ct", folder, name, i),
              ciphertexts.get(i),
              0));
    }
    return files;
  }

  private List<byte[]> read(List<StoredFile> files) {
    return files.stream().map(file -> file.read(storage)).toList();
  }
}
