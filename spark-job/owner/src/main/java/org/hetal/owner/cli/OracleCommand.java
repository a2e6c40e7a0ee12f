package org.hetal.owner.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import org.hetal.command.ExitCode;
import org.hetal.config.Settings;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Shapes;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.data.PrivateModel;
import org.hetal.owner.oracle.OracleIdentity;
import org.hetal.owner.oracle.OracleLog;
import org.hetal.owner.oracle.OracleServer;
import org.hetal.owner.oracle.OracleService;
import org.hetal.packing.Layout;
import org.hetal.training.Judgement;
import picocli.CommandLine.Command;

/** Serves the cluster's question after each epoch: go on or stop. */
@Command(
    name = "oracle",
    description = {
      "Holds the secret key in this process and answers the cluster once an epoch over HTTPS: stop"
          + " or continue, and whether the epoch was the best so far. Nothing else leaves.",
      "Writes its certificate and token for the cluster, and each answer with its loss to your log."
          + " Runs until it is stopped; started again, it goes on from the log."
    })
final class OracleCommand extends OwnerCommand {
  @Override
  int run() {
    // Read by the HTTP server when it starts: nobody may keep a connection waiting for ever.
    System.setProperty("sun.net.httpserver.maxReqTime", "300");
    System.setProperty("sun.net.httpserver.maxRspTime", "300");
    Settings.Oracle oracle = settings().oracle();
    PreparedData data = readData();
    Layout layout = data.layout(settings(), backend().parameters(settings().parameterSet()));
    CountDownLatch stopped = new CountDownLatch(1);
    try (Client client = loadClient()) {
      requireEncryptedFor(layout, client);
      OracleLog log = OracleLog.open(Path.of(oracle.log()));
      OracleService service =
          new OracleService(
              client,
              layout,
              data.validationLabels(),
              settings().training().squarings(),
              settings().training().patience(),
              oracle.queryBudget(),
              log,
              this::show);
      OracleIdentity identity = OracleIdentity.create(oracle.host());
      try (OracleServer server =
          new OracleServer(
              service, identity, oracle.host(), oracle.port(), line -> say("%s", line))) {
        handOver(oracle, identity);
        say(
            "listening on https://%s:%d, %d answers left",
            oracle.host(), server.port(), service.answersLeft());
        Thread end = Thread.currentThread();
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      stopped.countDown();
                      join(end);
                    }));
        stopped.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.OK.status();
  }

  /** The key is zeroed when the client is closed, so the end of this process waits for it. */
  private static void join(Thread thread) {
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void requireEncryptedFor(Layout layout, Client client) {
    PrivateModel model = PrivateModel.read(privateStorage());
    model
        .origin()
        .require(
            privateStorage().describe() + "/" + PrivateModel.NAME,
            client.parameters().hash(),
            client.keyId());
    if (!Shapes.layout(model.origin().shape()).equals(layout)) {
      throw new DatasetException(
          "oracle: expected data and settings as at encryption, "
              + Shapes.layout(model.origin().shape())
              + "; actual "
              + layout);
    }
  }

  private static void handOver(Settings.Oracle oracle, OracleIdentity identity) {
    Path certificate = Path.of(oracle.certificate()).toAbsolutePath();
    new LocalStorage(certificate.getParent())
        .writeAtomically(
            certificate.getFileName().toString(),
            identity.certificatePem().getBytes(StandardCharsets.US_ASCII));
    Path token = Path.of(oracle.tokenFile()).toAbsolutePath();
    try {
      Files.createDirectories(token.getParent());
      Files.deleteIfExists(token);
      Files.createFile(
          token,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(token, identity.token() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("writing " + token, e);
    }
  }

  private void show(Judgement judgement) {
    say(
        "epoch %d: validation loss %.5f, accuracy %.2f %%, largest logit %.2f: %s%s%s",
        judgement.epoch(),
        judgement.loss(),
        100 * judgement.accuracy(),
        judgement.largestLogit(),
        judgement.verdict().stops() ? "stop" : "continue",
        judgement.verdict().best() ? ", best so far" : "",
        judgement.verdict().reason().isEmpty() ? "" : " (" + judgement.verdict().reason() + ")");
  }
}
