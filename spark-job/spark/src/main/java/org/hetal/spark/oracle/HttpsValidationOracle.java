package org.hetal.spark.oracle;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.RunIdentity;
import org.hetal.oracle.ValidationAnswer;
import org.hetal.oracle.ValidationRequest;
import org.hetal.spark.errors.RetryLaterException;
import org.hetal.training.StopDecision;
import org.hetal.training.ValidationOracle;

/**
 * Asks the data owner's oracle over HTTPS, see {@link Greeting}, {@link ValidationRequest} and
 * {@link ValidationAnswer}. Trusts the pinned certificate alone. What another attempt may mend is
 * tried again, with certificate and token read anew and with pauses that double from half a second
 * to half a minute, until the patience of the settings is used up: connection failures, status 503,
 * another certificate, a token that is refused. Not thread-safe.
 */
public final class HttpsValidationOracle implements ValidationOracle {
  private static final Duration GREETING_LIMIT = Duration.ofSeconds(15);
  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(5);
  private static final long FIRST_PAUSE_MILLIS = 500;
  private static final long LONGEST_PAUSE_MILLIS = 30_000;

  /** Before the first step a wrong token is more likely than one that is about to be replaced. */
  private static final Duration GREETING_TOKEN_PATIENCE = Duration.ofSeconds(5);

  private final OracleCredentials credentials;
  private final OracleAddress address;
  private final RunIdentity run;
  private final int groups;
  private final Duration patience;
  private final Consumer<String> notices;

  /**
   * @param groups ciphertexts of validation logits in a question
   * @param notices told once that a question has no answer yet, one line
   */
  public HttpsValidationOracle(
      Settings.Oracle oracle, RunIdentity run, int groups, Consumer<String> notices) {
    this.credentials = new OracleCredentials(oracle);
    this.address = new OracleAddress(oracle.host(), oracle.port());
    this.run = run;
    this.groups = groups;
    this.patience = Duration.ofSeconds(oracle.patienceSeconds());
    this.notices = notices;
  }

  /** What is sent, and for how long a refused token is worth another attempt. */
  private record Question(
      String path, String contentType, byte[] body, Duration limit, Duration tokenPatience) {}

  /**
   * Why an attempt gave no answer.
   *
   * @param patience after which to give up
   * @param exception that says so
   */
  private record Failure(String reason, Duration patience, RuntimeException exception) {}

  /**
   * An answer, or why there is none, or both: a refusal that another attempt may mend.
   *
   * @param response null: none
   * @param failure null: none
   */
  private record Attempt(HttpResponse<byte[]> response, Failure failure) {}

  /**
   * @throws RetryLaterException when the oracle stays away for longer than the patience
   * @throws SettingsException when the oracle refuses this run
   */
  @Override
  public void greet(int epochsAnswered) {
    byte[] body = new Greeting(run, groups, epochsAnswered).encode();
    HttpResponse<byte[]> response =
        ask(
            new Question(
                Greeting.PATH,
                Greeting.CONTENT_TYPE,
                body,
                GREETING_LIMIT,
                shorter(patience, GREETING_TOKEN_PATIENCE)));
    if (response.statusCode() != 200) {
      String message = "oracle " + address + ": does not answer this run: " + refusal(response);
      throw response.statusCode() >= 500
          ? new RetryLaterException(message)
          : new SettingsException(message);
    }
    try {
      Greeting.Welcome.decode(response.body());
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          "oracle.port: expected an oracle at " + address + ", actual something else there", e);
    }
  }

  /**
   * @throws RetryLaterException when the oracle stays away for longer than the patience, or another
   *     than the pinned one is there
   * @throws SettingsException when the oracle refuses to answer this run
   * @throws DatasetException when the oracle refuses what it was sent
   */
  @Override
  public StopDecision decide(int epoch, List<byte[]> validationLogits) {
    byte[] body = new ValidationRequest(run, epoch, validationLogits).encode();
    HttpResponse<byte[]> response =
        ask(
            new Question(
                ValidationRequest.PATH,
                ValidationRequest.CONTENT_TYPE,
                body,
                ANSWER_LIMIT,
                patience));
    if (response.statusCode() != 200) {
      String message = "oracle " + address + ": expected an answer, actual " + refusal(response);
      throw switch (response.statusCode()) {
        case 401, 403, 404, 405, 429 -> new SettingsException(message);
        case 400, 409, 413 -> new DatasetException(message);
        default -> new RetryLaterException(message);
      };
    }
    try {
      ValidationAnswer answer = ValidationAnswer.decode(response.body());
      return new StopDecision(answer.stop(), answer.best(), answer.reason());
    } catch (IllegalArgumentException e) {
      throw new DatasetException("oracle " + address + ": " + e.getMessage(), e);
    }
  }

  private static String refusal(HttpResponse<byte[]> response) {
    return "status "
        + response.statusCode()
        + ": "
        + ValidationAnswer.failureMessage(response.body());
  }

  /** Asks until there is an answer that another attempt would not change. */
  private HttpResponse<byte[]> ask(Question question) {
    long start = System.nanoTime();
    long pause = FIRST_PAUSE_MILLIS;
    boolean told = false;
    while (true) {
      Attempt attempt = attempt(question);
      Failure failure = attempt.failure();
      if (failure == null) {
        return attempt.response();
      }
      long waited = (System.nanoTime() - start) / 1_000_000;
      if (waited + pause > failure.patience().toMillis()) {
        if (attempt.response() != null) {
          return attempt.response();
        }
        throw failure.exception();
      }
      if (!told) {
        notices.accept(
            "oracle "
                + address
                + ": no answer yet ("
                + failure.reason()
                + "); asking again for up to "
                + failure.patience().toSeconds()
                + " s");
        told = true;
      }
      sleep(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private Attempt attempt(Question question) {
    try {
      HttpResponse<byte[]> response = send(question, credentials.read());
      return switch (response.statusCode()) {
        case 503 -> new Attempt(null, away(refusal(response), null));
        case 401 ->
            new Attempt(response, new Failure(refusal(response), question.tokenPatience(), null));
        default -> new Attempt(response, null);
      };
    } catch (OracleCredentials.UnusableException e) {
      Failure failure =
          e.isMissing()
              ? away(e.getMessage(), e)
              : new Failure(
                  e.getMessage(),
                  question.tokenPatience(),
                  new SettingsException(e.getMessage(), e));
      return new Attempt(null, failure);
    } catch (IOException e) {
      return new Attempt(null, away(reason(e), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RetryLaterException("oracle " + address + ": interrupted while asking", e);
    }
  }

  private Failure away(String reason, Throwable cause) {
    return new Failure(
        reason,
        patience,
        new RetryLaterException(
            "oracle "
                + address
                + ": expected an answer within "
                + patience.toSeconds()
                + " s, actual "
                + reason
                + "; start the oracle, or correct oracle.host and oracle.port, then start this"
                + " command again: the run continues",
            cause));
  }

  private HttpResponse<byte[]> send(Question question, OracleCredentials.Current current)
      throws IOException, InterruptedException {
    List<URI> uris = address.uris(question.path());
    for (int i = 0; ; i++) {
      HttpRequest request =
          HttpRequest.newBuilder(uris.get(i))
              .timeout(question.limit())
              .header("Content-Type", question.contentType())
              .header("Authorization", "Bearer " + current.token())
              .POST(HttpRequest.BodyPublishers.ofByteArray(question.body()))
              .build();
      try {
        return current.client().send(request, HttpResponse.BodyHandlers.ofByteArray());
      } catch (ConnectException | HttpConnectTimeoutException e) {
        if (i == uris.size() - 1) {
          throw e;
        }
      }
    }
  }

  /** In words: what the exceptions of the HTTP client do not say. */
  private String reason(IOException failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof CertificateException) {
        return "another certificate than that of oracle.certificate ("
            + at.getMessage()
            + "): another program answers there, or the oracle has made a new one and its file has"
            + " not reached the cluster";
      }
    }
    if (failure instanceof UnknownHostException) {
      return "no address for the name " + address.host() + " (oracle.host)";
    }
    if (failure instanceof HttpConnectTimeoutException) {
      return "no connection: nothing answers at that address";
    }
    if (failure instanceof HttpTimeoutException) {
      return "a connection, but no answer in time";
    }
    if (failure instanceof ConnectException) {
      return "no connection: " + messageOf(failure, "refused");
    }
    if (failure instanceof SSLException) {
      return "something that does not speak TLS 1.3 (oracle.port): " + messageOf(failure, "");
    }
    return messageOf(failure, failure.getClass().getSimpleName());
  }

  private static String messageOf(Throwable failure, String otherwise) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at.getMessage() != null && !at.getMessage().isBlank()) {
        return at.getMessage().lines().findFirst().orElse(otherwise);
      }
    }
    return otherwise;
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
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
