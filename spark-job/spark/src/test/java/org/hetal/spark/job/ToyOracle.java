package org.hetal.spark.job;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.hetal.oracle.ClusterCredentials;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.ValidationAnswer;
import org.hetal.oracle.ValidationRequest;
import org.hetal.training.StopDecision;

/** A validation oracle over real HTTPS on loopback; what it answers is the test's business. */
final class ToyOracle implements AutoCloseable {
  static final String TOKEN = "a-token-of-the-test";
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final GeneralName[] NAMES = {
    new GeneralName(GeneralName.dNSName, "localhost"),
    new GeneralName(GeneralName.dNSName, "data_owner"),
    new GeneralName(GeneralName.iPAddress, "::1")
  };

  /** A status and a body. */
  record Reply(int status, byte[] body) {
    static Reply welcome() {
      return new Reply(200, new Greeting.Welcome(true).encode());
    }

    static Reply of(StopDecision decision) {
      return new Reply(200, ValidationAnswer.encode(decision));
    }
  }

  private final HttpsServer server;
  private final List<Integer> epochs = new ArrayList<>();
  private final List<Greeting> greetings = new ArrayList<>();
  private volatile String protocol = "TLSv1.3";

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
    ClusterCredentials credentials =
        new ClusterCredentials(
            TOKEN,
            (X509Certificate) keys.getCertificate("cluster"),
            (PrivateKey) keys.getKey("cluster", PASSWORD));
    Files.write(root.resolve("oracle.token"), credentials.encode());
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry(
        "oracle", keys.getKey("oracle", PASSWORD), PASSWORD, keys.getCertificateChain("oracle"));
    managers.init(own, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(managers.getKeyManagers(), trusting(credentials), null);
    server = HttpsServer.create(new InetSocketAddress(host, port), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters connection) {
            SSLParameters parameters = context.getDefaultSSLParameters();
            parameters.setNeedClientAuth(true);
            parameters.setProtocols(new String[] {protocol});
            connection.setSSLParameters(parameters);
          }
        });
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

  /** From now on that version of TLS alone. */
  void speak(String protocol) {
    this.protocol = protocol;
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

  private static TrustManager[] trusting(ClusterCredentials client) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("cluster", client.certificate());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    return trust.getTrustManagers();
  }

  /** Writes the token file of the folder with another token. */
  static void writeToken(Path root, String token) throws IOException {
    Path file = root.resolve("oracle.token");
    ClusterCredentials there = ClusterCredentials.decode(Files.readAllBytes(file));
    Files.write(file, new ClusterCredentials(token, there.certificate(), there.key()).encode());
  }

  /** The key pairs of the folder; a new one, whose certificate names the host, when it has none. */
  private static KeyStore keys(Path root) throws Exception {
    Path file = root.resolve("oracle.p12");
    KeyStore keys = KeyStore.getInstance("PKCS12");
    if (Files.exists(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        keys.load(in, PASSWORD);
      }
      return keys;
    }
    keys.load(null, null);
    for (String each : List.of("oracle", "cluster")) {
      KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
      keys.setKeyEntry(
          each, pair.getPrivate(), PASSWORD, new Certificate[] {certificate(pair, NAMES)});
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      keys.store(out, PASSWORD);
    }
    return keys;
  }

  private static X509Certificate certificate(KeyPair pair, GeneralName... names) throws Exception {
    X500Name name = new X500Name("CN=oracle of a test");
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.ONE,
            Date.from(Instant.now().minus(Duration.ofHours(1))),
            Date.from(Instant.now().plus(Duration.ofDays(1))),
            name,
            pair.getPublic());
    builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }
}
