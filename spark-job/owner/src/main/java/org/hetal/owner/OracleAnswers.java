package org.hetal.owner;

import java.nio.file.Path;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.owner.oracle.OracleLog;
import org.hetal.owner.table.DataException;
import org.hetal.training.EpochMetrics;

/**
 * Reads the record that an oracle keeps of its answers: loss and accuracy of each epoch, which the
 * cluster never learns. {@link OracleOptions#setLog} names the file.
 */
public final class OracleAnswers {
  private OracleAnswers() {}

  /**
   * The answers in a log, in the order of the epochs. An oracle may be running: a line that is
   * being written is left out.
   *
   * @param log file of the oracle; by default {@code oracle-RUN.jsonl} in the owner's private
   *     folder
   * @return metrics of each epoch that was answered
   * @throws DataException when there is no such file
   * @throws DatasetException when a line is not an answer, or not the next one of the same run
   */
  public static List<EpochMetrics> read(Path log) {
    if (!log.toFile().isFile()) {
      throw new DataException(log + ": expected the log of an oracle, actual no file");
    }
    return OracleLog.read(log).stream().map(OracleLog.Entry::metrics).toList();
  }
}
