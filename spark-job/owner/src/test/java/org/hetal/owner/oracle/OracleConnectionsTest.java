package org.hetal.owner.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.hetal.config.SettingsLoader;
import org.hetal.he.owner.Client;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.RunIdentity;
import org.hetal.owner.keys.Clients;
import org.hetal.plan.DataShape;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.planner.TrainingPlanner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The cost of unauthenticated connections, with real sockets. */
@Tag("slow")
class OracleConnectionsTest {
  private static final String SET = "insecure_simulator_n7_l12";
  private static final RunIdentity RUN =
      new RunIdentity("run", "ab", "d".repeat(64), "e".repeat(64));

  /** Long enough for an answer on a busy machine. */
  private static final Duration ANSWERED = Duration.ofMinutes(1);

  private static final Duration SHORT = Duration.ofSeconds(3);
  private static final Duration NOT_IN_THIS_TEST = Duration.ofMinutes(10);

  @TempDir Path folder;
  private final List<String> trouble = Collections.synchronizedList(new ArrayList<>());
  private final List<Error> failed = Collections.synchronizedList(new ArrayList<>());
  private final List<Socket> sockets = new ArrayList<>();
  private Client client;
  private OracleIdentity identity;
  private KeyManager[] shown;
  private OracleLog log;
  private OracleService service;
  private OracleServer server;

  @BeforeEach
  void start() throws GeneralSecurityException {
    client =
        Clients.of(
                SettingsLoader.load(List.of(), Map.of("backend", "simulator", "parameters", SET)))
            .generate(SET, 1L);
    identity = OracleIdentity.create("localhost");
    shown = identity.credentials().keyManagers(); // takes longer than a handshake
    log = OracleLog.open(folder.resolve("oracle.jsonl"), trouble::add);
    int[] labels = {0, 1, 2, 0};
    service =
        new OracleService(
            client,
            new ServedRun("run", "ab", Optional.empty(), "e".repeat(64)),
            TrainingPlanner.plan(
                client.parameters(),
                new Schedule(4, 4, 1, 5, 2, 32, 1),
                new DataShape(4, labels.length, 3),
                3,
                Preprocessing.none()),
            labels,
            QueryBudget.beside(folder.resolve("secret.key"), "ab", 5),
            log,
            metrics -> {});
  }

  private void serve(Duration timeToAuthenticate) {
    server =
        new OracleServer(
            service, identity, "localhost", 0, timeToAuthenticate, trouble::add, failed::add);
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    server.close();
    log.close();
    client.close();
  }

  /** How far a connection goes before it says nothing more. */
  enum Silence {
    CONNECTED,
    ONE_BYTE,
    HALF_A_HANDSHAKE,
    HANDSHAKE_WITHOUT_CERTIFICATE,
    HANDSHAKE,
    HALF_A_HEADER,
    HEADER_WITH_A_WRONG_TOKEN,
    HEADER_AND_HALF_A_BODY_WITH_A_WRONG_TOKEN
  }

  private Socket connect(Silence silence) throws IOException {
    Socket plain = new Socket("localhost", server.port());
    sockets.add(plain);
    String wrong =
        "POST "
            + Greeting.PATH
            + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nAuthorization: Bearer 00\r\n\r\n";
    switch (silence) {
      case CONNECTED -> {}
      case ONE_BYTE -> plain.getOutputStream().write(0x16);
      case HALF_A_HANDSHAKE ->
          // The header of a handshake record of 300 bytes, and some of them.
          plain.getOutputStream().write(new byte[] {0x16, 3, 1, 1, 0x2c, 1, 0, 1, 0x28, 3, 3});
      case HANDSHAKE_WITHOUT_CERTIFICATE -> secured(plain, null);
      case HANDSHAKE -> secured(plain);
      case HALF_A_HEADER -> send(secured(plain), wrong.substring(0, 40));
      case HEADER_WITH_A_WRONG_TOKEN -> send(secured(plain), wrong);
      case HEADER_AND_HALF_A_BODY_WITH_A_WRONG_TOKEN -> send(secured(plain), wrong + "{\"run\"");
    }
    return plain;
  }

  private SSLSocket secured(Socket plain) throws IOException {
    return secured(plain, shown);
  }

  private SSLSocket secured(Socket plain, KeyManager[] shown) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            trustingEverybody(shown)
                .getSocketFactory()
                .createSocket(plain, "localhost", server.port(), true);
    socket.startHandshake();
    sockets.add(socket);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static SSLContext trustingEverybody(KeyManager[] shown) {
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      X509TrustManager everybody =
          new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
              return new X509Certificate[0];
            }
          };
      context.init(shown, new TrustManager[] {everybody}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An honest greeting; the status line. */
  private String greet() throws IOException {
    try (SSLSocket socket = secured(new Socket("localhost", server.port()))) {
      String body = new String(new Greeting(RUN, 1, 0).encode(), StandardCharsets.UTF_8);
      send(
          socket,
          "POST "
              + Greeting.PATH
              + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + identity.token()
              + "\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.lines().findFirst().orElse("");
    }
  }

  private void assertAnswers() {
    assertTimeoutPreemptively(ANSWERED, () -> assertEquals("HTTP/1.1 200 OK", greet()));
  }

  /** The silent connections stay open for longer than an answer may take. */
  @ParameterizedTest
  @EnumSource(Silence.class)
  void silentConnections_keepNobodyWaiting(Silence silence) throws Exception {
    serve(NOT_IN_THIS_TEST);
    for (int i = 0; i < 64; i++) {
      connect(silence);
    }
    int threads = Thread.activeCount();
    assertAnswers();
    assertTrue(Thread.activeCount() <= threads + 2, "threads " + Thread.activeCount());
  }

  @ParameterizedTest
  @EnumSource(Silence.class)
  void silentConnections_areClosed(Silence silence) throws Exception {
    serve(SHORT);
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      silent.add(connect(silence));
    }
    for (Socket each : silent) {
      assertClosed(each);
    }
    assertAnswers();
    assertTrue(trouble.size() <= 1, "one line for all of them: " + trouble);
  }

  private static void assertClosed(Socket socket) throws Exception {
    socket.setSoTimeout((int) ANSWERED.toMillis());
    try {
      while (socket.getInputStream().read() >= 0) {
        // a refusal, an alert
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("still open", e);
    } catch (SocketException e) {
      // reset: closed, too
    }
  }

  /** More than there is room for, and none of them times out. */
  @Test
  void tooManyConnections_closeTheOldestAndLetNewcomersIn() throws Exception {
    serve(NOT_IN_THIS_TEST);
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < OracleServer.MOST_UNAUTHENTICATED + 50; i++) {
      silent.add(connect(Silence.ONE_BYTE));
    }
    assertAnswers();
    silent.get(0).setSoTimeout((int) ANSWERED.toMillis());
    assertEquals(-1, silent.get(0).getInputStream().read(), "the oldest is closed");
  }

  /** A drop of a byte a while is no way to stay. */
  @Test
  void connectionThatDrips_isClosed() throws Exception {
    serve(SHORT);
    Socket socket = connect(Silence.HANDSHAKE);
    Socket secured = sockets.get(sockets.size() - 1);
    assertThrows(
        IOException.class,
        () -> {
          for (int i = 0; i < 40; i++) {
            send(secured, "P");
            Thread.sleep(200);
          }
        });
    assertClosed(socket);
  }

  @Test
  void secondQuestionOnAConnection_isNotAnswered() throws Exception {
    serve(NOT_IN_THIS_TEST);
    try (SSLSocket socket = secured(new Socket("localhost", server.port()))) {
      String body = new String(new Greeting(RUN, 1, 0).encode(), StandardCharsets.UTF_8);
      String question =
          "POST "
              + Greeting.PATH
              + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + identity.token()
              + "\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body;
      send(socket, question + question);
      String answers =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertEquals(2, answers.split("HTTP/1.1 200 OK", -1).length, answers);
    }
  }
}
