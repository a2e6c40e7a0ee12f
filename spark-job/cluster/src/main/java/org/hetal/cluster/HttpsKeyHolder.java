package org.hetal.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.oracle.JudgeAnswer;
import org.hetal.oracle.JudgeRequest;
import org.hetal.training.KeyHolder;
import org.hetal.training.Verdict;

/**
 * Asks the data owner's oracle over HTTPS, see {@link JudgeRequest} and {@link JudgeAnswer}. Trusts
 * the pinned certificate alone. Connection failures and status 503 are tried again, with pauses
 * that double from half a second to half a minute, until the patience of the settings is used up.
 */
public final class HttpsKeyHolder implements KeyHolder {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(5);
  private static final long FIRST_PAUSE_MILLIS = 500;
  private static final long LONGEST_PAUSE_MILLIS = 30_000;

  private final HttpClient client;
  private final URI address;
  private final String token;
  private final String runId;
  private final String keyId;
  private final Duration patience;

  /**
   * @throws SettingsException when certificate or token cannot be read
   */
  public HttpsKeyHolder(Settings.Oracle oracle, String runId, String keyId) {
    this.client =
        HttpClient.newBuilder()
            .sslContext(
                PinnedTrust.context(LocalPath.of("oracle.certificate", oracle.certificate())))
            .connectTimeout(CONNECT_LIMIT)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    this.address = URI.create("https://" + oracle.host() + ":" + oracle.port() + JudgeRequest.PATH);
    this.token = token(LocalPath.of("oracle.token-file", oracle.tokenFile()));
    this.runId = runId;
    this.keyId = keyId;
    this.patience = Duration.ofSeconds(oracle.patienceSeconds());
  }

  /**
   * @throws RetryLaterException when the oracle stays away for longer than the patience
   * @throws SettingsException when the oracle is not the pinned one, or refuses to answer this run
   * @throws DatasetException when the oracle refuses what it was sent
   */
  @Override
  public Verdict judge(int epoch, List<byte[]> validationLogits) {
    byte[] body = new JudgeRequest(runId, epoch, keyId, validationLogits).encode();
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(ANSWER_LIMIT)
            .header("Content-Type", JudgeRequest.CONTENT_TYPE)
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    long deadline = System.nanoTime() + patience.toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      String failure;
      Exception cause = null;
      try {
        HttpResponse<byte[]> response =
            client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 503) {
          return verdict(response);
        }
        failure = "status 503: " + JudgeAnswer.failureMessage(response.body());
      } catch (IOException e) {
        requirePinned(e);
        failure = e.toString();
        cause = e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RetryLaterException("oracle " + address + ": interrupted while asking", e);
      }
      if (System.nanoTime() + Duration.ofMillis(pause).toNanos() > deadline) {
        throw new RetryLaterException(
            "oracle "
                + address
                + ": expected an answer within "
                + patience.toSeconds()
                + " s, actual "
                + failure
                + "; start the oracle and this command again, the run continues",
            cause);
      }
      sleep(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private Verdict verdict(HttpResponse<byte[]> response) {
    int status = response.statusCode();
    if (status == 200) {
      try {
        JudgeAnswer answer = JudgeAnswer.decode(response.body());
        return new Verdict(
            answer.stop() ? Verdict.Decision.STOP : Verdict.Decision.CONTINUE,
            answer.best(),
            answer.reason());
      } catch (IllegalArgumentException e) {
        throw new DatasetException("oracle " + address + ": " + e.getMessage(), e);
      }
    }
    String message =
        "oracle "
            + address
            + ": expected an answer, actual status "
            + status
            + ": "
            + JudgeAnswer.failureMessage(response.body());
    throw switch (status) {
      case 401, 403, 404, 405, 429 -> new SettingsException(message);
      case 400, 409, 413 -> new DatasetException(message);
      default -> new RetryLaterException(message);
    };
  }

  private void requirePinned(IOException failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof CertificateException) {
        throw new SettingsException(
            "oracle "
                + address
                + ": expected the certificate of oracle.certificate, actual "
                + at.getMessage(),
            failure);
      }
    }
  }

  private static String token(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new SettingsException(
          "oracle.token-file: expected the oracle's token in " + file + ", actual " + e, e);
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RetryLaterException("interrupted while waiting for the oracle", e);
    }
  }
}
