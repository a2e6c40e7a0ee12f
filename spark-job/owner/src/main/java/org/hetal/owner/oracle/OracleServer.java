package org.hetal.owner.oracle;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.hetal.oracle.JudgeAnswer;
import org.hetal.oracle.JudgeRequest;

/**
 * {@link OracleService} over HTTPS; what goes over the wire is described in {@link JudgeAnswer}.
 */
public final class OracleServer implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int HEADER_BYTES = 1 << 20;
  private static final int CIPHERTEXT_BYTES = 48 << 20;

  private final HttpsServer server;
  private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
  private final OracleService service;
  private final OracleIdentity identity;
  private final long maxBytes;
  private final Consumer<String> trouble;

  /**
   * Starts to listen.
   *
   * @param port 0: any free one
   * @param trouble told what was refused, one line each
   */
  public OracleServer(
      OracleService service,
      OracleIdentity identity,
      String host,
      int port,
      Consumer<String> trouble) {
    this.service = service;
    this.identity = identity;
    this.maxBytes = HEADER_BYTES + (long) service.groups() * CIPHERTEXT_BYTES;
    this.trouble = trouble;
    try {
      server = HttpsServer.create(new InetSocketAddress(host, port), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "listening on " + host + ":" + port + ": " + e.getMessage(), e);
    }
    server.setHttpsConfigurator(new HttpsConfigurator(identity.context()));
    server.createContext("/", this::handle);
    server.setExecutor(executor);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      int status;
      byte[] body;
      try {
        body = answer(exchange).encode();
        status = 200;
      } catch (OracleException e) {
        status = e.status();
        body = JudgeAnswer.failure(e.getMessage());
        trouble.accept("refused with " + status + ": " + e.getMessage());
      } catch (RuntimeException e) {
        // What went wrong here is the owner's to know.
        status = 500;
        body = JudgeAnswer.failure("the oracle failed; its own log says why");
        trouble.accept("failed: " + e);
      }
      if (status != 200) {
        drain(exchange.getRequestBody());
      }
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** A client that is still sending would see a broken connection instead of the answer. */
  private void drain(InputStream in) throws IOException {
    byte[] rest = new byte[1 << 16];
    long drained = 0;
    for (int read = 0; read >= 0 && drained <= maxBytes; drained += read) {
      read = in.read(rest);
    }
  }

  private JudgeAnswer answer(HttpExchange exchange) throws IOException {
    requireToken(exchange);
    if (!exchange.getRequestURI().getPath().equals(JudgeRequest.PATH)) {
      throw new OracleException(404, "path: expected " + JudgeRequest.PATH);
    }
    if (!exchange.getRequestMethod().equals("POST")) {
      throw new OracleException(405, "method: expected POST");
    }
    InputStream in = exchange.getRequestBody();
    byte[] body = in.readNBytes(Math.toIntExact(Math.min(maxBytes + 1, Integer.MAX_VALUE - 8)));
    if (body.length > maxBytes) {
      throw new OracleException(413, "request: expected at most " + maxBytes + " bytes");
    }
    JudgeRequest request;
    try {
      request = JudgeRequest.decode(body);
    } catch (IllegalArgumentException e) {
      throw new OracleException(OracleException.BAD_REQUEST, e.getMessage());
    }
    return service.judge(request);
  }

  private void requireToken(HttpExchange exchange) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    String shown = header != null && header.startsWith("Bearer ") ? header.substring(7) : "";
    if (!MessageDigest.isEqual(shown.getBytes(StandardCharsets.US_ASCII), identity.tokenBytes())) {
      throw new OracleException(401, "token: expected the oracle's, actual another or none");
    }
  }

  /** Stops listening; a question being answered has a second to end. */
  @Override
  public void close() {
    server.stop(1);
    executor.shutdownNow();
  }
}
