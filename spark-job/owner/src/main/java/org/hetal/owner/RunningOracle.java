package org.hetal.owner;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.hetal.config.Settings;
import org.hetal.dataset.CommitException;
import org.hetal.he.owner.Client;
import org.hetal.oracle.OracleEndpoint;
import org.hetal.oracle.RunIdentity;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.oracle.OracleFiles;
import org.hetal.owner.oracle.OracleIdentity;
import org.hetal.owner.oracle.OracleLog;
import org.hetal.owner.oracle.OracleServer;
import org.hetal.owner.oracle.OracleService;
import org.hetal.owner.oracle.QueryBudget;
import org.hetal.owner.oracle.ServedRun;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.StopDecision;
import org.hetal.training.ValidationOracle;

/**
 * A validation oracle that is running: it decrypts validation logits, or a validation loss, with
 * the owner's key and answers continue or stop. It is also a {@link ValidationOracle} for a
 * training in this process. Close it before the {@link DataOwner} that started it.
 */
public final class RunningOracle implements ValidationOracle, AutoCloseable {
  private final OracleService service;
  private final ValidationOracle inProcess;
  private final OracleLog log;
  private final OracleServer server; // null: this process only
  private final OracleEndpoint endpoint; // null: this process only
  private final String runId;

  private RunningOracle(
      OracleService service,
      ValidationOracle inProcess,
      OracleLog log,
      OracleServer server,
      OracleEndpoint endpoint,
      String runId) {
    this.service = service;
    this.inProcess = inProcess;
    this.log = log;
    this.server = server;
    this.endpoint = endpoint;
    this.runId = runId;
  }

  static RunningOracle start(
      OwnerContext owner,
      OracleOptions options,
      DatasetRecord record,
      PreparedData data,
      List<String> sharedFolders) {
    record.requireKey(owner.client());
    return start(
        owner,
        options,
        owner.planOf(record),
        Optional.of(record.manifest()),
        data.validationLabels(),
        sharedFolders);
  }

  /** The oracle of a key holder, which has no data: for a validation loss on ciphertexts. */
  static RunningOracle startJoint(
      OwnerContext keyHolder, OracleOptions options, List<String> sharedFolders) {
    return start(
        keyHolder, options, keyHolder.jointPlan(), Optional.empty(), new int[0], sharedFolders);
  }

  /**
   * @param dataset SHA-256 of its manifest; empty: the first question says which
   */
  private static RunningOracle start(
      OwnerContext owner,
      OracleOptions options,
      TrainingPlan plan,
      Optional<String> dataset,
      int[] labels,
      List<String> sharedFolders) {
    int budget = options.queryBudget(plan);
    Path logFile = options.log(owner.files());
    Settings.Oracle oracle =
        options.endpoint() == null ? null : options.endpoint().settings(logFile.toString(), budget);
    Path identityFile =
        oracle == null
            ? null
            : OracleFiles.identity(owner.files().privateFolder(), oracle, sharedFolders);
    Client client = owner.client();
    OracleLog log = open(logFile, owner.listener());
    try {
      ServedRun served = new ServedRun(options.runId(), client.keyId(), dataset, plan.digest());
      OracleService service =
          new OracleService(
              client,
              served,
              plan,
              labels,
              QueryBudget.beside(owner.files().secretKey(), client.keyId(), budget),
              log,
              options.listener());
      ValidationOracle inProcess =
          service.asked(
              new RunIdentity(
                  served.runId(), served.keyId(), dataset.orElse(plan.digest()), served.plan()));
      if (oracle == null) {
        return new RunningOracle(service, inProcess, log, null, null, options.runId());
      }
      OracleIdentity identity =
          OracleIdentity.open(identityFile, oracle.host(), owner.listener()::notice);
      OracleServer server =
          new OracleServer(
              service,
              identity,
              oracle.host(),
              oracle.port(),
              owner.listener()::notice,
              options.errorListener());
      OracleEndpoint listening = options.endpoint().at(server.port());
      RunningOracle running =
          new RunningOracle(service, inProcess, log, server, listening, options.runId());
      try {
        OracleFiles.handOver(oracle, identity);
        return running;
      } catch (RuntimeException e) {
        server.close();
        throw e;
      }
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  private static OracleLog open(Path file, OwnerListener listener) {
    try {
      return OracleLog.open(file, listener::notice);
    } catch (OracleLog.HeldException e) {
      throw new CommitException(e.getMessage());
    }
  }

  /**
   * Where it listens, with the port that was free if 0 was asked for.
   *
   * @return host, port, certificate and token
   * @throws IllegalStateException when it serves this process only
   */
  public OracleEndpoint endpoint() {
    if (endpoint == null) {
      throw new IllegalStateException(
          "oracle: expected one with an endpoint, actual one of this process only");
    }
    return endpoint;
  }

  /** {@return the only run that is answered} */
  public String runId() {
    return runId;
  }

  /** {@return answers left of the budget of the secret key} */
  public int answersLeft() {
    return service.answersLeft();
  }

  @Override
  public void greet(int epochsAnswered) {
    inProcess.greet(epochsAnswered);
  }

  @Override
  public StopDecision decide(int epoch, List<byte[]> question) {
    return inProcess.decide(epoch, question);
  }

  /** Stops listening; an answer that is being computed has a few seconds to end. */
  @Override
  public void close() {
    try {
      if (server != null) {
        server.close();
      }
    } finally {
      log.close();
    }
  }
}
