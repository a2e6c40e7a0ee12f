package org.hetal.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.Storage;
import org.hetal.format.Json;

/**
 * {@code owners.json} of a run on the data of several owners, written before its first step. The
 * components have the names of the JSON fields.
 *
 * @param owners in the order in which their minibatches follow each other
 */
public record RunOwners(List<Owner> owners) {
  private static final String FILE = "owners.json";
  private static final long MOST_BYTES = 1 << 24;

  /**
   * One owner.
   *
   * @param dataset identity of its data set, 32 hexadecimal digits
   * @param folder path or URI of the data set
   * @param minibatches per epoch
   * @param rows in minibatches
   * @param validation_rows whose loss is a part of the validation loss
   */
  public record Owner(
      String dataset, String folder, int minibatches, int rows, int validation_rows) {
    /**
     * Checks the numbers.
     *
     * @throws DatasetException for an identity of another form, or a number below 1
     */
    public Owner {
      EncryptedDataset.requireId(dataset);
      if (minibatches < 1 || rows < minibatches || validation_rows < 1) {
        throw new DatasetException(
            "owner of data set "
                + dataset
                + ": expected at least 1 minibatch, a row in each and 1 validation row, actual "
                + minibatches
                + ", "
                + rows
                + ", "
                + validation_rows);
      }
    }
  }

  /** Copies the list. */
  public RunOwners {
    owners = List.copyOf(owners);
  }

  /** Writes or replaces the file. */
  public void write(Storage storage) {
    storage.writeAtomically(FILE, Json.indented(this).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads the file; no owners where there is none, as in a run on the data of one.
   *
   * @param storage of the run directory
   * @throws DatasetException when it is damaged
   */
  public static RunOwners read(Storage storage) {
    if (!storage.exists(FILE)) {
      return new RunOwners(List.of());
    }
    try {
      return Json.read(storage.read(FILE, MOST_BYTES), RunOwners.class);
    } catch (IOException e) {
      String reason =
          e.getCause() instanceof DatasetException cause ? cause.getMessage() : Json.reason(e);
      throw new DatasetException(
          storage.describe(FILE) + ": expected what train wrote: " + reason, e);
    }
  }
}
