package org.hetal.owner.cli;

import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.hetal.command.ExitCode;
import org.hetal.command.Units;
import org.hetal.owner.DataOwner;
import org.hetal.owner.KeyHolder;
import org.hetal.owner.OracleOptions;
import org.hetal.owner.RunningOracle;
import org.hetal.training.EpochMetrics;
import picocli.CommandLine.Command;

/** Serves the cluster's question after each epoch: go on or stop. */
@Command(
    name = "oracle",
    description = {
      "Holds the secret key in this process and answers the cluster once an epoch over HTTPS: stop"
          + " or continue, and whether the epoch was the best so far. Nothing else leaves.",
      "Writes its certificate and token for the cluster, and each answer with its loss to your log."
          + " Runs until it is stopped; started again, it goes on from the log, with the same"
          + " certificate and token."
    })
final class OracleCommand extends OwnerCommand {
  @Override
  int run() {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    CountDownLatch closed = new CountDownLatch(1);
    OracleOptions options =
        OracleOptions.of(settings())
            .setListener(this::show)
            .setErrorListener(stopped::completeExceptionally);
    try {
      if (isJoint()) {
        try (KeyHolder holder = keyHolderWithKey();
            RunningOracle oracle = holder.startOracle(options)) {
          serve(oracle, stopped, closed);
        }
      } else {
        try (DataOwner owner = owner();
            RunningOracle oracle =
                owner.withDataset(datasetFolder()).startOracle(options, data())) {
          serve(oracle, stopped, closed);
        }
      }
    } finally {
      closed.countDown();
    }
    return ExitCode.OK.status();
  }

  private void serve(RunningOracle oracle, CompletableFuture<Void> stopped, CountDownLatch closed) {
    try {
      String host = oracle.endpoint().host();
      say(
          "listening on https://%s:%d for run %s, %s left",
          host.indexOf(':') < 0 ? host : "[" + host + "]",
          oracle.endpoint().port(),
          oracle.runId(),
          Units.count(oracle.answersLeft(), "answer"));
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    stopped.complete(null);
                    await(closed);
                  }));
      stopped.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw (Error) e.getCause(); // of a connection: it ends the process as one of this thread
    }
  }

  /** The key is zeroed when the client is closed, so the end of this process waits for it. */
  private static void await(CountDownLatch closed) {
    try {
      closed.await(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void show(EpochMetrics metrics) {
    say(
        "epoch %d: validation loss %.5f%s, largest logit %s%.2f: %s%s%s",
        metrics.epoch(),
        metrics.loss(),
        metrics.isOfLogits()
            ? String.format(Locale.ROOT, ", accuracy %.2f %%", 100 * metrics.accuracy())
            : " (Brier score)",
        metrics.isOfLogits() ? "" : "at most ",
        metrics.largestLogit(),
        metrics.decision().stop() ? "stop" : "continue",
        metrics.decision().best() ? ", best so far" : "",
        metrics.decision().reason().isEmpty() ? "" : " (" + metrics.decision().reason() + ")");
  }
}
