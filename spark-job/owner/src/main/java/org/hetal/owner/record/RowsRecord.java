package org.hetal.owner.record;

import org.hetal.dataset.DatasetException;
import org.hetal.format.Digests;
import org.hetal.owner.table.Table;

/**
 * What {@code encrypt --rows} and {@code encrypt --test} encrypted.
 *
 * @param id of the encrypted rows
 * @param written when, ISO 8601
 * @param folder to which they were written
 * @param datasetId of the data set by whose record they were prepared
 * @param source the file, or the split {@code data.test}
 * @param numbers of the rows in their file, counted from 1, in the order of encryption
 * @param digest SHA-256 of the raw rows in order
 */
public record RowsRecord(
    String id,
    String written,
    String folder,
    String datasetId,
    String source,
    int[] numbers,
    String digest) {

  public static RowsRecord of(
      Table rows, String id, String datasetId, String source, String written, String folder) {
    return new RowsRecord(
        id,
        written,
        folder,
        datasetId,
        source,
        rows.numbers(),
        RecordDigests.rows(rows.features()));
  }

  /** The identity of rows under a fixed seed, so that the same command writes the same bytes. */
  public static String insecureId(Table rows, String datasetId, long seed) {
    String canonical =
        String.join(
            "\n",
            "hetal insecure rows",
            String.valueOf(seed),
            datasetId,
            RecordDigests.rows(rows.features()));
    return Digests.sha256(canonical).substring(0, 32);
  }

  public int rows() {
    return numbers.length;
  }

  /**
   * @param what the file, for the message
   * @throws DatasetException unless they are the rows that were encrypted, with both digests
   */
  public void require(String what, Table now) {
    if (now.rows() != rows()) {
      differs(what, "rows", rows(), now.rows());
    }
    String actual = RecordDigests.rows(now.features());
    if (!actual.equals(digest)) {
      differs(what, "SHA-256 of the rows", digest, actual);
    }
  }

  private void differs(String what, String which, Object then, Object now) {
    throw new DatasetException(
        what
            + ": "
            + which
            + ": encrypted "
            + then
            + " (of "
            + source
            + "), now "
            + now
            + "; these predictions belong to the rows of "
            + source);
  }
}
