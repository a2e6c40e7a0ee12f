package org.hetal.owner;

import java.util.ArrayList;
import java.util.List;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.Storage;
import org.hetal.dataset.StoredFile;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.packing.Layout;
import org.hetal.training.EncryptedMicrobatch;

/**
 * All ciphertexts of a data set in the memory of one evaluator.
 *
 * @param batches microbatches of each minibatch, in order
 * @param unlabelled groups of validation rows without labels, in order
 * @param validation microbatches of validation rows with labels, in order
 */
record LoadedDataset(
    List<List<EncryptedMicrobatch>> batches,
    List<FeatureBlocks> unlabelled,
    List<EncryptedMicrobatch> validation) {

  /** Reads the data set; the scope closes the ciphertexts. */
  static LoadedDataset of(
      EncryptedDataset dataset, Storage storage, Layout layout, Evaluator evaluator, Scope scope) {
    Reader reader = new Reader(storage, layout, evaluator, scope);
    List<List<EncryptedMicrobatch>> batches = new ArrayList<>();
    for (EncryptedDataset.Batch batch : dataset.batches()) {
      batches.add(batch.microbatches().stream().map(reader::microbatch).toList());
    }
    return new LoadedDataset(
        batches,
        dataset.unlabelledGroups().stream().map(reader::features).toList(),
        dataset.validation().stream().map(reader::microbatch).toList());
  }

  private record Reader(Storage storage, Layout layout, Evaluator evaluator, Scope scope) {
    EncryptedMicrobatch microbatch(EncryptedDataset.Microbatch stored) {
      List<EncryptedMicrobatch.Group> groups = new ArrayList<>();
      for (EncryptedDataset.Group group : stored.groups()) {
        groups.add(new EncryptedMicrobatch.Group(features(group), read(group.labels())));
      }
      return new EncryptedMicrobatch(groups);
    }

    FeatureBlocks features(EncryptedDataset.Group group) {
      List<Ciphertext> blocks = group.features().stream().map(this::read).toList();
      return new FeatureBlocks(blocks, group.rowBlocks(layout));
    }

    private Ciphertext read(StoredFile file) {
      return scope.own(evaluator.deserialize(file.read(storage)));
    }
  }
}
