package org.hetal.owner.oracle;

import java.util.Optional;
import org.hetal.config.SettingsException;
import org.hetal.oracle.RunIdentity;

/**
 * The training that the oracle answers, from the owner's settings, key and data. Every other
 * training is refused.
 *
 * @param runId the setting {@code run-id}
 * @param keyId of the owner's key pair
 * @param dataset SHA-256 of the data set's manifest; empty when the data set is not on this
 *     machine: the oracle then answers only for the data set of the first answer in its log
 * @param plan SHA-256 of the plan by which the data were encrypted
 */
public record ServedRun(String runId, String keyId, Optional<String> dataset, String plan) {

  /**
   * @throws SettingsException when the log has answers for another run, key or data set
   */
  void requireOwn(OracleLog log) {
    if (log.entries().isEmpty()) {
      return;
    }
    OracleLog.Entry first = log.entries().get(0);
    own(log, "run-id", runId, first.runId());
    own(log, "key id", keyId, first.keyId());
    if (dataset.isPresent() && !first.dataset().isEmpty()) {
      own(log, "data set, SHA-256", dataset.get(), first.dataset());
    }
  }

  private static void own(OracleLog log, String what, String expected, String actual) {
    if (!expected.equals(actual)) {
      throw new SettingsException(
          "oracle.log "
              + log.file()
              + ": "
              + what
              + ": expected answers for "
              + expected
              + ", actual for "
              + actual
              + "; move the file away or set oracle.log to another one, or go back to the settings"
              + " of that run");
    }
  }

  /**
   * @param log answers given so far
   * @throws OracleException unless it is this run, and the data set that the log is of
   */
  void require(RunIdentity run, OracleLog log) {
    same(
        OracleException.FORBIDDEN,
        "key id",
        keyId,
        run.keyId(),
        "the data are encrypted under another key");
    same(
        OracleException.CONFLICT,
        "run",
        runId,
        run.runId(),
        "set run-id to the same on both sides; a new run needs a new oracle.log");
    same(
        OracleException.CONFLICT,
        "plan, SHA-256",
        plan,
        run.plan(),
        "give the cluster the data set whose record the oracle uses");
    dataset.ifPresent(
        own ->
            same(
                OracleException.CONFLICT,
                "data set, SHA-256",
                own,
                run.dataset(),
                "paths.dataset is another one on the oracle's side"));
    if (!log.entries().isEmpty() && !log.entries().get(0).dataset().isEmpty()) {
      same(
          OracleException.CONFLICT,
          "data set, SHA-256",
          log.entries().get(0).dataset(),
          run.dataset(),
          "the oracle's log is of another one; new data need a new run-id and oracle.log");
    }
  }

  private static void same(
      int status, String what, String expected, String actual, String meaning) {
    if (!expected.equals(actual)) {
      throw new OracleException(
          status, what + ": expected " + expected + ", actual " + actual + ": " + meaning);
    }
  }
}
