package org.hetal.spark.oracle;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.util.Timeout;
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
 * Asks the data owner's validation oracle over HTTPS; see {@link Greeting}, {@link
 * ValidationRequest} and {@link ValidationAnswer}. The only certificate it trusts is that of the
 * settings; it shows the client certificate of the token file. Both files are read again before
 * each attempt. A failure that may pass is retried until the patience of the settings is used up:
 * connection failures, status 503, another certificate, a refused token. Pauses double from half a
 * second to half a minute. Not thread-safe.
 */
public final class HttpsValidationOracle implements ValidationOracle {
  private static final Duration GREETING_LIMIT = Duration.ofSeconds(15);
  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(5);
  private static final int MOST_BYTES = 1 << 16; // of an answer
  private static final long FIRST_PAUSE_MILLIS = 500;
  private static final long LONGEST_PAUSE_MILLIS = 30_000;

  /** Before the first step, a refused token is more likely wrong than about to be replaced. */
  private static final Duration GREETING_TOKEN_PATIENCE = Duration.ofSeconds(5);

  private final OracleCredentials credentials;
  private final HttpHost address;
  private final String where;
  private final RunIdentity run;
  private final int groups;
  private final Duration patience;
  private final Consumer<String> notices;

  /**
   * @param groups number of ciphertexts in a request
   * @param notices receives one line per request that is retried
   */
  public HttpsValidationOracle(
      Settings.Oracle oracle, RunIdentity run, int groups, Consumer<String> notices) {
    this.credentials = new OracleCredentials(oracle);
    this.address = new HttpHost("https", oracle.host(), oracle.port());
    this.where = "oracle " + withBrackets(oracle.host()) + ":" + oracle.port();
    this.run = run;
    this.groups = groups;
    this.patience = oracle.retryTimeout();
    this.notices = notices;
  }

  /**
   * A request.
   *
   * @param limit for the response to one attempt
   * @param tokenPatience for how long a refused token is retried
   */
  private record Question(
      String path, String contentType, byte[] body, Duration limit, Duration tokenPatience) {}

  /**
   * Why an attempt failed.
   *
   * @param patience for how long the request is retried
   * @param exception that is thrown afterwards
   */
  private record Failure(String reason, Duration patience, RuntimeException exception) {}

  /** What the oracle sent. */
  private record Reply(int status, byte[] body) {}

  /**
   * A response, or a failure, or both: a refusal that may be retried.
   *
   * @param response null when there is none
   * @param failure null when there is none
   */
  private record Attempt(Reply response, Failure failure) {}

  /**
   * @throws RetryLaterException when the oracle does not answer within the patience
   * @throws SettingsException when the oracle refuses this run, or its certificate names another
   *     host
   */
  @Override
  public void greet(int epochsAnswered) {
    byte[] body = new Greeting(run, groups, epochsAnswered).encode();
    Reply response =
        ask(
            new Question(
                Greeting.PATH,
                Greeting.CONTENT_TYPE,
                body,
                GREETING_LIMIT,
                shorter(patience, GREETING_TOKEN_PATIENCE)));
    if (response.status() != 200) {
      String message = where + ": does not answer this run: " + refusal(response);
      throw response.status() >= 500
          ? new RetryLaterException(message)
          : new SettingsException(message);
    }
    try {
      Greeting.Welcome.decode(response.body());
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          "oracle.port: expected a validation oracle, actual another server: " + where, e);
    }
  }

  /**
   * @throws RetryLaterException when the oracle does not answer within the patience, or a server
   *     with another certificate answers
   * @throws SettingsException when the oracle refuses to answer this run
   * @throws DatasetException when the oracle refuses what it was sent
   */
  @Override
  public StopDecision decide(int epoch, List<byte[]> question) {
    byte[] body = new ValidationRequest(run, epoch, question).encode();
    Reply response =
        ask(
            new Question(
                ValidationRequest.PATH,
                ValidationRequest.CONTENT_TYPE,
                body,
                ANSWER_LIMIT,
                patience));
    if (response.status() != 200) {
      String message = where + ": expected an answer, actual " + refusal(response);
      throw switch (response.status()) {
        case 401, 403, 404, 405, 429 -> new SettingsException(message);
        case 400, 409, 413 -> new DatasetException(message);
        default -> new RetryLaterException(message);
      };
    }
    try {
      return ValidationAnswer.decode(response.body());
    } catch (IllegalArgumentException e) {
      throw new DatasetException(where + ": " + e.getMessage(), e);
    }
  }

  private static String refusal(Reply response) {
    return "status " + response.status() + ": " + ValidationAnswer.failureMessage(response.body());
  }

  /** Sends the request until there is a response that another attempt would not change. */
  private Reply ask(Question question) {
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
            where
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
      Reply response = send(question, credentials.read());
      return switch (response.status()) {
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
    } catch (SSLPeerUnverifiedException e) {
      String message =
          "oracle.host: expected a host that the certificate of oracle.certificate names, actual "
              + address.getHostName()
              + "; start the oracle with the oracle.host by which the cluster reaches it, and give"
              + " the cluster the new certificate";
      return new Attempt(
          null, new Failure(message, question.tokenPatience(), new SettingsException(message, e)));
    } catch (IOException e) {
      if (refusesOurCertificate(e)) {
        String message =
            where
                + ": oracle.token-file: expected the client certificate that this oracle has written,"
                + " actual another; give the oracle's token file to the cluster";
        return new Attempt(
            null,
            new Failure(message, question.tokenPatience(), new SettingsException(message, e)));
      }
      return new Attempt(null, away(reason(e), e));
    }
  }

  /** An alert of the oracle, which comes after the cluster's part of the handshake. */
  private static boolean refusesOurCertificate(IOException failure) {
    return failure instanceof SSLException
        && String.valueOf(failure.getMessage()).matches(".*[Rr]eceived fatal alert.*certificate.*");
  }

  private Failure away(String reason, Throwable cause) {
    return new Failure(
        reason,
        patience,
        new RetryLaterException(
            where
                + ": expected an answer within "
                + patience.toSeconds()
                + " s, actual "
                + reason
                + "; start the oracle, or correct oracle.host and oracle.port, then start this"
                + " command again: the run continues",
            cause));
  }

  private Reply send(Question question, OracleCredentials.Current current) throws IOException {
    ClassicHttpRequest request =
        ClassicRequestBuilder.post(question.path())
            .setHttpHost(address)
            .addHeader(HttpHeaders.AUTHORIZATION, "Bearer " + current.token())
            .setEntity(question.body(), ContentType.create(question.contentType()))
            .build();
    HttpClientContext context = HttpClientContext.create();
    context.setRequestConfig(
        RequestConfig.custom().setResponseTimeout(Timeout.of(question.limit())).build());
    return current
        .client()
        .execute(
            address,
            request,
            context,
            response -> {
              HttpEntity entity = response.getEntity();
              byte[] body = entity == null ? null : EntityUtils.toByteArray(entity, MOST_BYTES);
              return new Reply(response.getCode(), body == null ? new byte[0] : body);
            });
  }

  /** The failure in words, with the setting to check. */
  private String reason(IOException failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof CertificateException) {
        return "another certificate than that of oracle.certificate: another program answers there,"
            + " or the oracle has made a new certificate that has not reached the cluster";
      }
    }
    if (failure instanceof UnknownHostException) {
      return "no address for the name " + address.getHostName() + " (oracle.host)";
    }
    if (failure instanceof ConnectTimeoutException) {
      return "no connection: nothing answers at that address";
    }
    if (failure instanceof SocketTimeoutException) {
      return "a connection, but no answer in time";
    }
    if (failure instanceof ConnectException) {
      return "no connection: " + messageOf(failure, "refused");
    }
    if (failure instanceof SSLException) {
      return "something that does not speak TLS 1.3 (oracle.port): " + messageOf(failure, "");
    }
    if (failure instanceof SocketException || failure instanceof NoHttpResponseException) {
      // The alert about a client certificate is lost when the request was being written.
      return "a connection that was closed ("
          + messageOf(failure, "no answer")
          + "): the oracle was stopped, or oracle.token-file is not the file that it has written";
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

  private static String withBrackets(String host) {
    return host.indexOf(':') < 0 ? host : "[" + host + "]";
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
