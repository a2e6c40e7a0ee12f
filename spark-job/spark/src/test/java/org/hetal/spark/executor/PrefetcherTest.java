package org.hetal.spark.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.StoredFile;
import org.hetal.format.Digests;
import org.hetal.he.Ciphertext;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.packing.Layout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrefetcherTest {
  private static final int LEVEL = 3;
  private static final int CIPHERTEXTS = 3;
  private static final Layout LAYOUT = new Layout(8, 2, 2, 4);

  @TempDir Path folder;
  private final Simulator simulator = new Simulator(SimulatedParameters.withRingDegree(16));

  private StoredFile stored(String path, double value) {
    try (Ciphertext fresh = simulator.encrypt(new double[] {value}, LEVEL)) {
      byte[] bytes = simulator.serialize(fresh);
      new LocalStorage(folder).writeAtomically(path, bytes);
      return new StoredFile(path, LEVEL, bytes.length, Digests.sha256(bytes));
    }
  }

  /** Two blocks of features and the labels. */
  private EncryptedDataset.Microbatch microbatch(String id) {
    List<StoredFile> features = new ArrayList<>();
    for (int i = 0; i + 1 < CIPHERTEXTS; i++) {
      features.add(stored(id + "/x" + i + ".ct", i));
    }
    return new EncryptedDataset.Microbatch(
        id, List.of(new EncryptedDataset.Group(4, features, stored(id + "/y.ct", 1))));
  }

  /** A cache with room for that many ciphertexts. */
  private CiphertextCache cache(int ciphertexts) {
    long each = simulator.parameters().ciphertextBytes(LEVEL);
    return new CiphertextCache(simulator, new LocalStorage(folder), LAYOUT, ciphertexts * each);
  }

  private static void readAhead(CiphertextCache cache, EncryptedDataset.Microbatch microbatch) {
    cache.prefetch(microbatch, () -> false);
  }

  @Test
  void start_readsEachCiphertextOnceAndTheTaskFindsAll() {
    EncryptedDataset.Microbatch now = microbatch("now");
    EncryptedDataset.Microbatch next = microbatch("next");
    try (CiphertextCache cache = cache(2 * CIPHERTEXTS)) {
      try (Prefetcher prefetcher = new Prefetcher(cache);
          CiphertextCache.Loan loan = cache.loan()) {
        loan.microbatch(now);
        prefetcher.start(next);
        prefetcher.start(next);
        while (cache.readAhead() < CIPHERTEXTS) {
          Thread.onSpinWait();
        }
      }
      assertEquals(CIPHERTEXTS, cache.readAhead());
      long loads = cache.files.loads();
      try (CiphertextCache.Loan loan = cache.loan()) {
        loan.microbatch(next);
      }
      assertEquals(loads, cache.files.loads());
    }
  }

  @Test
  void prefetch_whatDoesNotFitBesideWhatIsInUse_readsNothing() {
    EncryptedDataset.Microbatch now = microbatch("now");
    EncryptedDataset.Microbatch next = microbatch("next");
    try (CiphertextCache cache = cache(2 * CIPHERTEXTS - 1)) {
      try (CiphertextCache.Loan loan = cache.loan()) {
        loan.microbatch(now);
        readAhead(cache, next);
        assertEquals(0, cache.readAhead());
      }
      readAhead(cache, next);
      assertEquals(CIPHERTEXTS, cache.readAhead());
    }
  }

  @Test
  void start_ofRowsThatCannotBeRead_leavesTheFailureToTheTask() throws Exception {
    EncryptedDataset.Microbatch lost = microbatch("lost");
    new LocalStorage(folder).delete("lost/y.ct");
    try (CiphertextCache cache = cache(CIPHERTEXTS)) {
      Prefetcher prefetcher = new Prefetcher(cache);
      prefetcher.start(lost);
      while (cache.files.loads() < CIPHERTEXTS) {
        Thread.onSpinWait();
      }
      prefetcher.close();
      assertEquals(CIPHERTEXTS - 1, cache.readAhead());
      microbatch("lost");
      try (CiphertextCache.Loan loan = cache.loan()) {
        assertEquals(1, loan.microbatch(lost).groups().size());
      }
      assertTrue(cache.files.loads() > CIPHERTEXTS, "it was read again");
    }
  }
}
