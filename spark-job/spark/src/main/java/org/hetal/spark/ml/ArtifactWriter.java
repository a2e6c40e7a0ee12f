package org.hetal.spark.ml;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.Storage;
import org.hetal.dataset.StoredFile;
import org.hetal.spark.storage.HadoopStorage;

/** Saves a model or predictions to a folder: {@code write().overwrite().save(uri)}. */
public final class ArtifactWriter {
  private static final String MANIFEST = "manifest.json";

  private final Storage from;
  private final List<StoredFile> files;
  private final Configuration hadoop;
  private boolean overwrite;

  ArtifactWriter(Storage from, List<StoredFile> files, Configuration hadoop) {
    this.from = from;
    this.files = files;
    this.hadoop = hadoop;
  }

  /** {@return replaces what {@link #save} finds; without it, that is an error} */
  public ArtifactWriter overwrite() {
    overwrite = true;
    return this;
  }

  /**
   * Writes the ciphertexts, then the manifest: a folder with a manifest is whole. An older manifest
   * is deleted first.
   *
   * @param uri path or URI of the folder, on any file system that Hadoop knows
   * @throws CommitException when one is there and {@link #overwrite} was not called
   * @throws org.hetal.dataset.DatasetException when a ciphertext is damaged where it is now
   */
  public void save(String uri) {
    HadoopStorage target = new HadoopStorage(uri, hadoop);
    if (target.exists(MANIFEST) && !overwrite) {
      throw new CommitException(
          target.describe()
              + ": expected an empty folder, actual a saved result; kept. Call overwrite() to"
              + " replace it");
    }
    // Read first: the target may be the folder that is read.
    byte[] manifest = from.read(MANIFEST);
    List<byte[]> ciphertexts = new ArrayList<>();
    for (StoredFile file : files) {
      ciphertexts.add(file.read(from));
    }
    if (target.exists(MANIFEST)) {
      target.deleteFolder(MANIFEST);
    }
    for (int i = 0; i < files.size(); i++) {
      target.writeAtomically(files.get(i).path(), ciphertexts.get(i));
    }
    target.writeAtomically(MANIFEST, manifest);
  }
}
