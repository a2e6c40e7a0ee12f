package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.RunIdentity;
import org.hetal.oracle.ValidationAnswer;
import org.hetal.oracle.ValidationRequest;
import org.hetal.spark.errors.RetryLaterException;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.spark.oracle.HttpsValidationOracle;
import org.hetal.training.StopDecision;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class HttpsValidationOracleTest {
  private static final List<byte[]> LOGITS = List.of(new byte[] {1, 2, 3}, new byte[] {4});
  private static final Reply GO_ON = Reply.of(new StopDecision(false, true, "none"));
  private static final RunIdentity RUN =
      new RunIdentity("run-1", "ab", "c".repeat(64), "d".repeat(64));
  @TempDir Path root;
  private final List<String> notices = new ArrayList<>();

  private HttpsValidationOracle holder(String host, int port, int patienceSeconds) {
    Settings.Oracle oracle =
        new Settings.Oracle(
            host,
            port,
            root.resolve("oracle.pem").toString(),
            root.resolve("oracle.token").toString(),
            "",
            10,
            Duration.ofSeconds(patienceSeconds));
    return new HttpsValidationOracle(oracle, RUN, LOGITS.size(), notices::add);
  }

  private HttpsValidationOracle holder(ToyOracle oracle, int patienceSeconds) {
    return holder("localhost", oracle.port(), patienceSeconds);
  }

  private StopDecision ask(ToyOracle oracle, int patienceSeconds) {
    return holder(oracle, patienceSeconds).decide(3, LOGITS);
  }

  private ToyOracle oracle(Function<ValidationRequest, Reply> replies) throws Exception {
    return new ToyOracle(root, 0, replies);
  }

  private ToyOracle welcoming(Function<Greeting, Reply> welcomes) throws Exception {
    return new ToyOracle(root, InetAddress.getLoopbackAddress(), 0, welcomes, request -> GO_ON);
  }

  /** Gives the certificate and token of another folder to the cluster. */
  private void handOver(Path from) throws Exception {
    for (String name : List.of("oracle.pem", "oracle.token")) {
      Files.copy(from.resolve(name), root.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Test
  void decide_sendsRunEpochAndCiphertexts_andReturnsTheDecision() throws Exception {
    AtomicReference<ValidationRequest> seen = new AtomicReference<>();
    try (ToyOracle oracle =
        oracle(
            request -> {
              seen.set(request);
              return Reply.of(new StopDecision(true, false, "patience"));
            })) {
      StopDecision decision = ask(oracle, 10);
      assertTrue(decision.stop());
      assertFalse(decision.best());
      assertEquals("the validation oracle answered stop", decision.reason());
    }
    assertEquals(RUN, seen.get().run());
    assertEquals(3, seen.get().epoch());
    assertArrayEquals(LOGITS.get(0), seen.get().ciphertexts().get(0));
    assertArrayEquals(LOGITS.get(1), seen.get().ciphertexts().get(1));
    assertEquals(List.of(), notices);
  }

  @Test
  void greet_sendsRunGroupsAndEpochs_andAsksForNoDecision() throws Exception {
    try (ToyOracle oracle = oracle(request -> GO_ON)) {
      holder(oracle, 10).greet(4);
      assertEquals(List.of(new Greeting(RUN, 2, 4)), oracle.greetings());
      assertEquals(List.of(), oracle.epochs());
    }
  }

  @ParameterizedTest
  @CsvSource({"403,78", "409,78", "429,78", "400,78", "404,78", "500,75"})
  void greet_thatIsRefused_saysWhatTheOracleSays(int status, int exit) throws Exception {
    String said = "run: expected run-0, actual run-1";
    try (ToyOracle oracle = welcoming(g -> new Reply(status, ValidationAnswer.failure(said)))) {
      RuntimeException failure =
          assertThrows(RuntimeException.class, () -> holder(oracle, 10).greet(0));
      assertEquals(exit, ClusterFailures.TABLE.code(failure).status());
      assertTrue(failure.getMessage().contains("localhost:" + oracle.port()), failure.getMessage());
      assertTrue(failure.getMessage().endsWith(said), failure.getMessage());
      assertEquals(1, oracle.greetings().size(), "a refusal is not asked again");
    }
  }

  @Test
  void greet_withAWrongToken_isASettingsErrorAfterALastLookAtTheFile() throws Exception {
    try (ToyOracle oracle = oracle(request -> GO_ON)) {
      ToyOracle.writeToken(root, "another");
      String message =
          assertThrows(SettingsException.class, () -> holder(oracle, 1).greet(0)).getMessage();
      assertTrue(message.contains("401") && message.contains("wrong token"), message);
      assertEquals(List.of(), oracle.greetings());
    }
  }

  /** A wrong port: nobody, somebody silent, somebody who speaks something else, another server. */
  @Test
  void greet_ofAWrongPort_saysRetryLaterWithHostAndPort() throws Exception {
    try (ToyOracle oracle = oracle(request -> GO_ON);
        ServerSocket talker = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      int closed;
      try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
        closed = socket.getLocalPort();
      }
      assertAway(closed, "no connection");
      Thread talks =
          new Thread(
              () -> {
                try {
                  while (true) {
                    try (Socket socket = talker.accept()) {
                      socket
                          .getOutputStream()
                          .write("220 mail.example.org ESMTP\r\n".getBytes(StandardCharsets.UTF_8));
                    }
                  }
                } catch (java.io.IOException e) {
                  // closed at the end of the test
                }
              });
      talks.setDaemon(true);
      talks.start();
      assertAway(talker.getLocalPort(), "oracle.port");
      assertEquals(List.of(), oracle.greetings());
    }
  }

  @Test
  void greet_ofAnOracleThatSpeaksTls12Alone_isRefusedByTheCluster() throws Exception {
    try (ToyOracle oracle = oracle(request -> GO_ON)) {
      oracle.speak("TLSv1.2");
      assertAway(oracle.port(), "does not speak TLS 1.3");
      assertEquals(List.of(), oracle.greetings());
      oracle.speak("TLSv1.3");
      holder(oracle, 10).greet(0);
      assertEquals(1, oracle.greetings().size());
    }
  }

  private void assertAway(int port, String reason) {
    notices.clear();
    String message =
        assertThrows(RetryLaterException.class, () -> holder("localhost", port, 1).greet(0))
            .getMessage();
    assertTrue(message.startsWith("oracle localhost:" + port + ": expected an answer"), message);
    assertTrue(message.contains(reason), message);
    assertEquals(1, notices.size());
    assertTrue(notices.get(0).contains("asking again for up to 1 s"), notices.get(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-such-host.invalid", "no_such_host.invalid"})
  void greet_ofAnUnknownHost_saysRetryLaterWithItsName(String host) throws Exception {
    try (ToyOracle oracle = oracle(request -> GO_ON)) {
      String message =
          assertThrows(RetryLaterException.class, () -> holder(host, oracle.port(), 1).greet(0))
              .getMessage();
      assertTrue(message.contains("no address for the name " + host), message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"::1", "0:0:0:0:0:0:0:1"})
  void greet_ofAnIpv6Literal_reachesTheOracle(String host) throws Exception {
    InetAddress address = InetAddress.getByName(host);
    org.junit.jupiter.api.Assumptions.assumeTrue(canListen(address), "this machine has no ::1");
    try (ToyOracle oracle =
        new ToyOracle(root, address, 0, g -> Reply.welcome(), request -> GO_ON)) {
      holder(host, oracle.port(), 10).greet(0);
      assertEquals(1, oracle.greetings().size());
      assertTrue(holder(host, oracle.port(), 10).decide(1, LOGITS).best());
    }
  }

  private static boolean canListen(InetAddress address) {
    try (ServerSocket socket = new ServerSocket(0, 1, address)) {
      return socket.isBound();
    } catch (java.io.IOException e) {
      return false;
    }
  }

  @Test
  void decide_ofAnOracleWithAnotherCertificate_isNotSentAnythingAndMayBeTriedLater()
      throws Exception {
    Path other = Files.createDirectories(root.resolve("other"));
    try (ToyOracle impostor = new ToyOracle(other, 0, request -> GO_ON);
        ToyOracle pinned = oracle(request -> GO_ON)) {
      String message = assertThrows(RetryLaterException.class, () -> ask(impostor, 1)).getMessage();
      assertTrue(message.contains("another certificate than that of oracle.certificate"), message);
      assertEquals(List.of(), impostor.epochs());
      assertEquals(List.of(), pinned.epochs());
    }
  }

  @Test
  void greet_ofAHostThatTheCertificateDoesNotName_isASettingsErrorAndSendsNothing()
      throws Exception {
    try (ToyOracle oracle = oracle(request -> GO_ON)) {
      String message =
          assertThrows(
                  SettingsException.class, () -> holder("127.0.0.1", oracle.port(), 1).greet(0))
              .getMessage();
      assertTrue(message.startsWith("oracle.host: expected a host that the certificate"), message);
      assertTrue(message.contains("actual 127.0.0.1"), message);
      assertEquals(List.of(), oracle.greetings());
    }
  }

  /** The oracle had to make a new identity while the training runs. */
  @Test
  void decide_ofARestartedOracleWithANewCertificateAndToken_readsTheFilesAgain() throws Exception {
    Path renewed = Files.createDirectories(root.resolve("renewed"));
    int port;
    HttpsValidationOracle holder;
    try (ToyOracle before = oracle(request -> GO_ON)) {
      port = before.port();
      holder = holder(before, 30);
      holder.decide(1, LOGITS);
    }
    ToyOracle.writeToken(root, "an-old-token");
    try (ToyOracle after = new ToyOracle(renewed, port, request -> GO_ON)) {
      Thread late =
          new Thread(
              () -> {
                try {
                  Thread.sleep(1500);
                  handOver(renewed);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      late.start();
      assertTrue(holder.decide(2, LOGITS).best());
      late.join();
      assertEquals(List.of(2), after.epochs());
    }
    assertEquals(1, notices.size(), notices.toString());
  }

  @Test
  void decide_withATokenThatIsReplacedInTime_isAnswered() throws Exception {
    try (ToyOracle oracle = oracle(request -> GO_ON)) {
      ToyOracle.writeToken(root, "an-old-token");
      Thread late =
          new Thread(
              () -> {
                try {
                  Thread.sleep(1000);
                  ToyOracle.writeToken(root, ToyOracle.TOKEN);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      late.start();
      assertTrue(ask(oracle, 30).best());
      late.join();
    }
  }

  @Test
  void decide_withAWrongToken_isRefused() throws Exception {
    try (ToyOracle oracle = oracle(request -> GO_ON)) {
      ToyOracle.writeToken(root, "another");
      String message = assertThrows(SettingsException.class, () -> ask(oracle, 1)).getMessage();
      assertTrue(message.contains("401") && message.contains("wrong token"), message);
    }
  }

  @Test
  void decide_ofABusyOracle_asksAgain() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (ToyOracle oracle =
        oracle(
            request ->
                asked.incrementAndGet() < 3
                    ? new Reply(503, ValidationAnswer.failure("busy"))
                    : GO_ON)) {
      assertTrue(ask(oracle, 20).best());
    }
    assertEquals(3, asked.get());
  }

  @Test
  void decide_ofAnOracleThatStaysAway_saysRetryLater() throws Exception {
    int port;
    try (ToyOracle oracle = oracle(request -> GO_ON)) {
      port = oracle.port();
    }
    HttpsValidationOracle holder = holder("localhost", port, 1);
    String message =
        assertThrows(RetryLaterException.class, () -> holder.decide(1, LOGITS)).getMessage();
    assertTrue(message.contains("within 1 s"), message);
  }

  @ParameterizedTest
  @CsvSource({"403,78", "429,78", "404,78", "400,65", "409,65", "413,65", "500,75"})
  void decide_ofARefusal_becomesTheExitStatusThatItMeans(int status, int exit) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (ToyOracle oracle =
        oracle(
            request -> {
              asked.incrementAndGet();
              return new Reply(status, ValidationAnswer.failure("because"));
            })) {
      RuntimeException failure = assertThrows(RuntimeException.class, () -> ask(oracle, 10));
      assertEquals(exit, ClusterFailures.TABLE.code(failure).status());
      assertTrue(failure.getMessage().contains("because"), failure.getMessage());
    }
    assertEquals(1, asked.get(), "a refusal is not asked again");
  }

  @Test
  void decide_ofAnAnswerThatIsNone_throws() throws Exception {
    try (ToyOracle oracle =
        oracle(request -> new Reply(200, "{}".getBytes(StandardCharsets.UTF_8)))) {
      assertThrows(DatasetException.class, () -> ask(oracle, 10));
    }
  }

  /** The oracle writes them at its first start, which may come after that of the training. */
  @Test
  void greet_withoutCertificate_waitsForTheOracleToBeStarted() throws Exception {
    HttpsValidationOracle holder = holder("localhost", 1, 1);
    String message = assertThrows(RetryLaterException.class, () -> holder.greet(0)).getMessage();
    assertTrue(message.contains("oracle.certificate: expected a file, actual none at"), message);
    Path written = Files.createDirectories(root.resolve("written"));
    try (ToyOracle oracle = new ToyOracle(written, 0, request -> GO_ON)) {
      HttpsValidationOracle patient = holder(oracle, 30);
      Thread late =
          new Thread(
              () -> {
                try {
                  Thread.sleep(1000);
                  handOver(written);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      late.start();
      patient.greet(0);
      late.join();
    }
  }

  /** Such a file is of an older release, or of another program. */
  @Test
  void greet_withATokenFileWithoutCertificate_isASettingsError() throws Exception {
    try (ToyOracle oracle = oracle(request -> GO_ON)) {
      Files.writeString(root.resolve("oracle.token"), "token\n");
      String message =
          assertThrows(SettingsException.class, () -> holder(oracle, 1).greet(0)).getMessage();
      assertTrue(message.contains("expected a part CERTIFICATE, actual none"), message);
      assertTrue(message.contains("give the cluster the file"), message);
    }
  }

  @Test
  void greet_withAnotherClientCertificate_isASettingsErrorWithTheFileToGive() throws Exception {
    Path other = Files.createDirectories(root.resolve("other"));
    try (ToyOracle oracle = oracle(request -> GO_ON);
        ToyOracle another = new ToyOracle(other, 0, request -> GO_ON)) {
      Files.copy(
          other.resolve("oracle.token"),
          root.resolve("oracle.token"),
          StandardCopyOption.REPLACE_EXISTING);
      RuntimeException failure =
          assertThrows(RuntimeException.class, () -> holder(oracle, 1).greet(0));
      // The connection may be closed before the alert is read.
      int status = ClusterFailures.TABLE.code(failure).status();
      assertTrue(status == 78 || status == 75, failure.toString());
      assertTrue(failure.getMessage().contains("oracle.token-file"), failure.getMessage());
      assertEquals(List.of(), oracle.greetings());
    }
  }

  @Test
  void greet_withACertificateThatIsNone_isASettingsError() throws Exception {
    new ToyOracle(root, 0, request -> GO_ON).close();
    Files.writeString(root.resolve("oracle.pem"), "no certificate\n");
    HttpsValidationOracle holder = holder("localhost", 1, 1);
    String message = assertThrows(SettingsException.class, () -> holder.greet(0)).getMessage();
    assertTrue(
        message.contains("oracle.certificate: expected a certificate that is valid now in"),
        message);
  }
}
