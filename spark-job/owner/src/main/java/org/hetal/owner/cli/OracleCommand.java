package org.hetal.owner.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.hetal.command.ExitCode;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.dataset.Shapes;
import org.hetal.dataset.StoredFile;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.oracle.OracleFiles;
import org.hetal.owner.oracle.OracleIdentity;
import org.hetal.owner.oracle.OracleLog;
import org.hetal.owner.oracle.OracleServer;
import org.hetal.owner.oracle.OracleService;
import org.hetal.owner.oracle.ServedRun;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.packing.Layout;
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
    Settings.Oracle oracle = settings().oracle();
    DatasetRecord record = recordInUse();
    PreparedData data = readDataOf(record);
    Layout layout = Shapes.layout(record.origin().shape());
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    CountDownLatch closed = new CountDownLatch(1);
    Path identityFile = OracleFiles.identity(settings());
    try (Client client = loadClient();
        OracleLog log = openLog(LocalPath.of("oracle.log", oracle.log()))) {
      record.requireClient(client);
      OracleService service =
          new OracleService(
              client,
              servedRun(client, record),
              layout,
              data.validationLabels(),
              settings().training().squarings(),
              settings().training().patience(),
              oracle.queryBudget(),
              log,
              this::show);
      OracleIdentity identity =
          OracleIdentity.open(identityFile, oracle.host(), line -> say("%s", line));
      try (OracleServer server =
          new OracleServer(
              service,
              identity,
              oracle.host(),
              oracle.port(),
              line -> say("%s", line),
              stopped::completeExceptionally)) {
        OracleFiles.handOver(oracle, identity);
        say(
            "listening on https://%s:%d for run %s, %d answers left",
            oracle.host().indexOf(':') < 0 ? oracle.host() : "[" + oracle.host() + "]",
            server.port(),
            settings().runId(),
            service.answersLeft());
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      stopped.complete(null);
                      await(closed);
                    }));
        stopped.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw (Error) e.getCause(); // of a connection: it ends the process as one of this thread
    } finally {
      closed.countDown();
    }
    return ExitCode.OK.status();
  }

  /** The key is zeroed when the client is closed, so the end of this process waits for it. */
  private static void await(CountDownLatch closed) {
    try {
      closed.await(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private OracleLog openLog(Path file) {
    try {
      return OracleLog.open(file, line -> say("%s", line));
    } catch (OracleLog.HeldException e) {
      throw new CommitException(e.getMessage());
    }
  }

  private ServedRun servedRun(Client client, DatasetRecord record) {
    String schedule = settings().training().canonical();
    return new ServedRun(
        settings().runId(),
        client.keyId(),
        Optional.of(record.manifest()),
        StoredFile.sha256(schedule.getBytes(StandardCharsets.UTF_8)));
  }

  private void show(EpochMetrics metrics) {
    say(
        "epoch %d: validation loss %.5f, accuracy %.2f %%, largest logit %.2f: %s%s%s",
        metrics.epoch(),
        metrics.loss(),
        100 * metrics.accuracy(),
        metrics.largestLogit(),
        metrics.decision().stop() ? "stop" : "continue",
        metrics.decision().best() ? ", best so far" : "",
        metrics.decision().reason().isEmpty() ? "" : " (" + metrics.decision().reason() + ")");
  }
}
