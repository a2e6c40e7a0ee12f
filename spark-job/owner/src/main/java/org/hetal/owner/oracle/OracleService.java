package org.hetal.owner.oracle;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Digests;
import org.hetal.he.HeException;
import org.hetal.he.owner.Client;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.RunIdentity;
import org.hetal.oracle.ValidationAnswer;
import org.hetal.oracle.ValidationRequest;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.hetal.plan.Partition;
import org.hetal.plan.RowRange;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.EarlyStopping;
import org.hetal.training.EpochMetrics;
import org.hetal.training.EpochScore;
import org.hetal.training.StopDecision;
import org.hetal.training.ValidationOracle;

/**
 * The validation oracle: decrypts validation logits and computes loss and accuracy, or decrypts a
 * loss that was computed on ciphertexts; logs them and answers stop or continue. Epochs are
 * answered in order, up to the last of the plan. Each answer costs one of the query budget of the
 * key. A request for an epoch that was answered before, with the same ciphertexts, gets the same
 * answer and costs nothing. Serves one run per log. The reason for an answer is in the log only.
 * Thread-safe.
 */
public final class OracleService {
  private final Client client;
  private final ServedRun run;
  private final Layout layout;
  private final List<RowRange> groups;
  private final double logitScale;
  private final int epochs;
  private final boolean onCiphertexts;
  private final double logitRange;
  private final QueryBudget budget;
  private final EarlyStopping stopping;
  private final OracleLog log;
  private final Consumer<EpochMetrics> listener;

  /**
   * @param run the only one that is answered
   * @param plan of the training; says what the oracle decides by
   * @param labels of the validation rows; not looked at when the loss is computed on ciphertexts
   * @param budget of the key; the answers in the log are counted if they were not
   * @param listener receives the metrics of each new answer
   * @throws org.hetal.config.SettingsException when the log is of another run
   */
  public OracleService(
      Client client,
      ServedRun run,
      TrainingPlan plan,
      int[] labels,
      QueryBudget budget,
      OracleLog log,
      Consumer<EpochMetrics> listener) {
    this.client = client;
    run.requireOwn(log);
    this.run = run;
    this.layout = plan.layout();
    this.onCiphertexts = plan.loss() != null;
    this.groups = onCiphertexts ? List.of() : Partition.groups(labels.length, layout);
    this.logitScale = plan.schedule().stateScale();
    this.logitRange = plan.schedule().logitRange();
    this.epochs = plan.schedule().epochs();
    this.budget = budget;
    int patience = plan.schedule().patience();
    List<EpochMetrics> earlier = log.entries().stream().map(OracleLog.Entry::metrics).toList();
    this.stopping =
        onCiphertexts
            ? EarlyStopping.onCiphertexts(patience, logitRange, earlier)
            : new EarlyStopping(labels, layout.classes(), patience, logitRange, earlier);
    this.log = log;
    this.listener = listener;
    requireLogOfThisPlan();
    budget.record(
        IntStream.range(0, log.entries().size())
            .mapToObj(answered -> question(answered, log.entries().get(answered).sha256()))
            .toList());
  }

  /**
   * Where the data set is not known, a log of another plan is known by the budget, which counts
   * each answer of this run before it is given.
   */
  private void requireLogOfThisPlan() {
    List<OracleLog.Entry> entries = log.entries();
    if (run.dataset().isEmpty()
        && !entries.isEmpty()
        && !budget.knows(question(0, entries.get(0).sha256()))) {
      throw new SettingsException(
          "oracle.log "
              + log.file()
              + ": expected answers for the plan "
              + run.plan()
              + ", actual for another one; a new plan needs a new run-id and oracle.log");
    }
  }

  /** Number of ciphertexts in a request: one per group of validation rows, or one loss. */
  public int groups() {
    return onCiphertexts ? 1 : groups.size();
  }

  /** Answers left of the budget of the key. */
  public int answersLeft() {
    return budget.left();
  }

  /**
   * This oracle for a training in the same process.
   *
   * @param identity of the training
   * @return throws {@link SettingsException} when it refuses the run, {@link DatasetException} when
   *     it refuses what it is sent
   */
  public ValidationOracle asked(RunIdentity identity) {
    return new ValidationOracle() {
      @Override
      public void greet(int epochsAnswered) {
        answered(() -> OracleService.this.greet(new Greeting(identity, groups(), epochsAnswered)));
      }

      @Override
      public StopDecision decide(int epoch, List<byte[]> question) {
        return answered(
            () -> OracleService.this.decide(new ValidationRequest(identity, epoch, question)));
      }
    };
  }

  private static <T> T answered(Supplier<T> question) {
    try {
      return question.get();
    } catch (OracleException e) {
      String message = "oracle of this process: " + e.getMessage();
      throw switch (e.status()) {
        case OracleException.FORBIDDEN, OracleException.BUDGET_SPENT ->
            new SettingsException(message, e);
        default -> new DatasetException(message, e);
      };
    }
  }

  /** Checks that this run will be answered; costs nothing of the budget. */
  synchronized Greeting.Welcome greet(Greeting greeting) {
    run.require(greeting.run(), log);
    requireGroups(greeting.groups());
    int answered = log.entries().size();
    require(
        greeting.epochsAnswered() <= answered,
        OracleException.CONFLICT,
        "epochs answered: expected at most "
            + answered
            + ", which are in the oracle's log, actual "
            + greeting.epochsAnswered()
            + "; start the oracle with the log that this run's answers are in");
    if (greeting.epochsAnswered() == answered) {
      requireNext(answered + 1);
      requireBudget(budget.allowsMore(runDigest(), answered));
    }
    return new Greeting.Welcome(true);
  }

  synchronized StopDecision decide(ValidationRequest request) {
    run.require(request.run(), log);
    requireGroups(request.ciphertexts().size());
    String digest = digest(request.ciphertexts());
    List<OracleLog.Entry> entries = log.entries();
    if (request.epoch() <= entries.size()) {
      OracleLog.Entry entry = entries.get(request.epoch() - 1);
      require(
          entry.sha256().equals(digest),
          OracleException.CONFLICT,
          "epoch "
              + request.epoch()
              + " was answered for other ciphertexts: expected SHA-256 "
              + entry.sha256()
              + ", actual "
              + digest);
      return answer(entry);
    }
    requireNext(request.epoch());
    // Before the decryption: whether that succeeds is an answer, too.
    requireBudget(budget.charge(question(entries.size(), digest)));
    EpochMetrics metrics =
        onCiphertexts
            ? stopping.decide(request.epoch(), loss(request.ciphertexts().get(0)))
            : stopping.decide(request.epoch(), logits(request.ciphertexts()));
    OracleLog.Entry entry =
        new OracleLog.Entry(
            Instant.now().truncatedTo(ChronoUnit.MILLIS).toString(),
            request.run().runId(),
            request.run().keyId(),
            request.run().dataset(),
            request.epoch(),
            digest,
            metrics.loss(),
            metrics.accuracy(),
            metrics.largestLogit(),
            metrics.drift(),
            metrics.decision().stop(),
            metrics.decision().best(),
            metrics.decision().reason());
    log.append(entry);
    listener.accept(metrics);
    return answer(entry);
  }

  private StopDecision answer(OracleLog.Entry entry) {
    return ValidationAnswer.withoutReason(new StopDecision(entry.stop(), entry.best(), ""));
  }

  private void requireGroups(int actual) {
    require(
        actual == groups(),
        OracleException.BAD_REQUEST,
        "ciphertexts: expected " + groups() + ", actual " + actual);
  }

  private void requireBudget(boolean holds) {
    require(
        holds,
        OracleException.BUDGET_SPENT,
        "query budget: expected an answer left of "
            + budget.most()
            + " for this secret key, actual none; a further run needs a key of its own, or a larger"
            + " oracle.query-budget");
  }

  private String runDigest() {
    return Digests.sha256(run.runId() + ' ' + run.plan() + ' ' + run.dataset().orElse(""));
  }

  /**
   * A question as the budget counts it.
   *
   * @param answered epochs before it
   * @param digest of its ciphertexts
   */
  private QueryBudget.Question question(int answered, String digest) {
    StringBuilder all = new StringBuilder(runDigest());
    log.entries().subList(0, answered).forEach(entry -> all.append(' ').append(entry.sha256()));
    return new QueryBudget.Question(
        runDigest(), Digests.sha256(all.append(' ').append(digest).toString()));
  }

  private void requireNext(int epoch) {
    List<OracleLog.Entry> entries = log.entries();
    int next = entries.size() + 1;
    require(
        epoch == next, OracleException.CONFLICT, "epoch: expected " + next + ", actual " + epoch);
    require(
        epoch <= epochs,
        OracleException.CONFLICT,
        "epoch: expected at most " + epochs + ", the epochs of the plan, actual " + epoch);
    require(
        entries.isEmpty() || !entries.get(entries.size() - 1).stop(),
        OracleException.CONFLICT,
        "epoch " + epoch + ": expected no more questions after stop");
  }

  private EpochScore loss(byte[] ciphertext) {
    double[] slots = decrypt(0, ciphertext, "a validation loss");
    return EpochScore.ofEncryptedLoss(slots[0], slots[1], logitRange);
  }

  private double[][] logits(List<byte[]> ciphertexts) {
    List<double[]> rows = new ArrayList<>();
    for (int group = 0; group < ciphertexts.size(); group++) {
      double[] slots = decrypt(group, ciphertexts.get(group), "logits");
      for (double[] row : Packing.unpackLogits(layout, slots, groups.get(group).rows())) {
        for (int k = 0; k < row.length; k++) {
          row[k] *= logitScale;
        }
        rows.add(row);
      }
    }
    return rows.toArray(double[][]::new);
  }

  private double[] decrypt(int index, byte[] ciphertext, String expected) {
    try {
      return client.decrypt(ciphertext);
    } catch (HeException | IllegalArgumentException e) {
      throw new OracleException(
          OracleException.BAD_REQUEST,
          "ciphertext "
              + index
              + ": expected "
              + expected
              + " under the owner's key, actual no such");
    }
  }

  private static String digest(List<byte[]> ciphertexts) {
    StringBuilder all = new StringBuilder();
    ciphertexts.forEach(bytes -> all.append(Digests.sha256(bytes)));
    return Digests.sha256(all.toString());
  }

  private static void require(boolean holds, int status, String message) {
    if (!holds) {
      throw new OracleException(status, message);
    }
  }
}
