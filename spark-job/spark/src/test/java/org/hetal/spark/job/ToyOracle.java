package org.hetal.spark.job;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.ValidationAnswer;
import org.hetal.oracle.ValidationRequest;
import org.hetal.training.StopDecision;

/** A validation oracle over real HTTPS on loopback; what it answers is the test's business. */
final class ToyOracle implements AutoCloseable {
  static final String TOKEN = "a-token-of-the-test";
  private static final char[] PASSWORD = "changeit".toCharArray();

  /** A status and a body. */
  record Reply(int status, byte[] body) {
    static Reply welcome() {
      return new Reply(200, new Greeting.Welcome(9).encode());
    }

    static Reply of(StopDecision decision) {
      ValidationAnswer answer =
          new ValidationAnswer(decision.stop(), decision.best(), decision.reason(), 9);
      return new Reply(200, answer.encode());
    }
  }

  private final HttpsServer server;
  private final List<Integer> epochs = new ArrayList<>();
  private final List<Greeting> greetings = new ArrayList<>();

  ToyOracle(Path root, int port, Function<ValidationRequest, Reply> replies) throws Exception {
    this(root, InetAddress.getLoopbackAddress(), port, greeting -> Reply.welcome(), replies);
  }

  /**
   * Writes {@code oracle.pem} and {@code oracle.token} into {@code root} and listens.
   *
   * @param port 0: any
   */
  ToyOracle(
      Path root,
      InetAddress host,
      int port,
      Function<Greeting, Reply> welcomes,
      Function<ValidationRequest, Reply> replies)
      throws Exception {
    KeyStore keys = keys(root);
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getCertificate("oracle").getEncoded())
            + "\n-----END CERTIFICATE-----\n";
    Files.writeString(root.resolve("oracle.pem"), pem);
    Files.writeString(root.resolve("oracle.token"), TOKEN + "\n");
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(host, port), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(Greeting.PATH, exchange -> answer(exchange, b -> greet(b, welcomes)));
    server.createContext(
        ValidationRequest.PATH, exchange -> answer(exchange, b -> decide(b, replies)));
    server.start();
  }

  String[] settings() {
    return new String[] {"oracle.host=localhost", "oracle.port=" + port()};
  }

  /** Epochs that were asked for, in order. */
  synchronized List<Integer> epochs() {
    return List.copyOf(epochs);
  }

  /** Greetings, in order. */
  synchronized List<Greeting> greetings() {
    return List.copyOf(greetings);
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private synchronized Reply greet(byte[] body, Function<Greeting, Reply> welcomes) {
    Greeting greeting = Greeting.decode(body);
    greetings.add(greeting);
    return welcomes.apply(greeting);
  }

  private Reply decide(byte[] body, Function<ValidationRequest, Reply> replies) {
    ValidationRequest request = ValidationRequest.decode(body);
    synchronized (this) {
      epochs.add(request.epoch());
    }
    return replies.apply(request);
  }

  private void answer(HttpExchange exchange, Function<byte[], Reply> replies) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String token = exchange.getRequestHeaders().getFirst("Authorization");
      Reply reply =
          ("Bearer " + TOKEN).equals(token)
              ? replies.apply(body)
              : new Reply(401, ValidationAnswer.failure("wrong token"));
      exchange.sendResponseHeaders(reply.status(), reply.body().length);
      exchange.getResponseBody().write(reply.body());
    }
  }

  private static KeyStore keys(Path root) throws Exception {
    Path store = root.resolve("oracle.p12");
    if (!Files.exists(store)) {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "oracle",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=oracle of a test",
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  store.toString(),
                  "-storepass",
                  new String(PASSWORD))
              .redirectErrorStream(true)
              .start();
      String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException("keytool: " + said);
      }
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }
}
