package org.hetal.owner.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.he.owner.Client;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.RunIdentity;
import org.hetal.oracle.ValidationAnswer;
import org.hetal.oracle.ValidationRequest;
import org.hetal.owner.keys.Clients;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.packing.Packing;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.plan.ValidationMetric;
import org.hetal.planner.TrainingPlanner;
import org.hetal.training.StopDecision;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OracleServerTest {
  private static final String SET = "insecure_simulator_n7_l12";
  private static final int[] LABELS = {0, 1, 2, 0};
  private static final int SQUARINGS = 4;
  private static final int EPOCHS = 5;

  private static final String DATASET = "d".repeat(64);
  private static final String SCHEDULE = "e".repeat(64);

  @TempDir Path folder;
  private Client client;
  private Layout layout;
  private TrainingPlan plan;
  private OracleIdentity identity;
  private OracleService service;
  private OracleServer server;
  private OracleLog log;
  private final List<String> trouble = Collections.synchronizedList(new ArrayList<>());
  private final List<Error> failed = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void setUp() {
    client =
        Clients.of(
                SettingsLoader.load(List.of(), Map.of("backend", "simulator", "parameters", SET)))
            .generate(SET, 1L);
    layout = LayoutSearch.cheapest(client.parameters().slotCount(), 4, 3, 3);
    plan =
        TrainingPlanner.plan(
            client.parameters(),
            layout,
            new Schedule(4, 4, 1, EPOCHS, 2, 2 << SQUARINGS, 1),
            LABELS.length,
            Preprocessing.none());
    identity = OracleIdentity.create("localhost");
    start(5);
  }

  @AfterEach
  void tearDown() {
    stop();
    client.close();
  }

  private void stop() {
    server.close();
    log.close();
  }

  private void start(int budget) {
    log = OracleLog.open(folder.resolve("oracle.jsonl"), trouble::add);
    service =
        new OracleService(
            client,
            new ServedRun("run", client.keyId(), Optional.of(DATASET), SCHEDULE),
            plan,
            LABELS,
            QueryBudget.beside(folder.resolve("secret.key"), client.keyId(), budget),
            log,
            metrics -> {});
    server = new OracleServer(service, identity, "localhost", 0, trouble::add, failed::add);
  }

  @Test
  void betterThenWorseEpochs_continueUntilPatienceEnds() throws Exception {
    assertEquals(new StopDecision(false, true, ""), ask(1, 1.0));
    assertEquals(4, service.answersLeft());
    assertEquals(new StopDecision(false, true, ""), ask(2, 3.0));
    assertEquals(3, service.answersLeft());
    assertFalse(ask(3, 2.0).best());
    StopDecision last = ask(4, 1.5);
    assertTrue(last.stop());
    assertFalse(last.best());
    assertEquals(1, service.answersLeft());
    List<OracleLog.Entry> log = OracleLog.read(folder.resolve("oracle.jsonl"));
    assertEquals(4, log.size());
    assertEquals(3, log.get(0).accuracy() * LABELS.length, 1.01);
    assertTrue(log.get(1).loss() < log.get(0).loss());
    HttpResponse<byte[]> after = post(request(5, 4.0), identity.token(), trusting(identity));
    assertEquals(409, after.statusCode(), "nothing is answered after stop");
  }

  @Test
  void answer_holdsNothingOfTheLoss() throws Exception {
    HttpResponse<byte[]> response = post(request(1, 1.0), identity.token(), trusting(identity));
    String body = new String(response.body(), StandardCharsets.UTF_8);
    assertEquals("{\"stop\":false,\"best\":true}", body);
  }

  @Test
  void sameQuestionAgain_getsTheSameAnswerForNothing() throws Exception {
    StopDecision first = ask(1, 1.0);
    assertEquals(first, ask(1, 1.0));
    assertEquals(409, post(request(1, 2.0), identity.token(), trusting(identity)).statusCode());
    assertEquals(409, post(request(3, 2.0), identity.token(), trusting(identity)).statusCode());
  }

  @Test
  void spentBudget_isRefusedAlsoAfterARestart() throws Exception {
    stop();
    start(2);
    ask(1, 1.0);
    stop();
    start(2);
    ask(2, 2.0);
    HttpResponse<byte[]> third = post(request(3, 3.0), identity.token(), trusting(identity));
    assertEquals(429, third.statusCode());
    assertTrue(ValidationAnswer.failureMessage(third.body()).contains("query budget"));
    assertEquals(2, OracleLog.read(folder.resolve("oracle.jsonl")).size());
  }

  @Test
  void logitsBeyondTheRange_stop() throws Exception {
    assertTrue(ask(1, 25.0).stop(), "above 60 % of 32");
  }

  @Test
  void anotherCertificate_isRefusedByTheClient() {
    HttpClient other = trusting(OracleIdentity.create("localhost"));
    assertThrows(SSLException.class, () -> post(request(1, 1.0), identity.token(), other));
  }

  @Test
  void wrongTokenPathMethodOrKey_areRefused() throws Exception {
    HttpClient trusting = trusting(identity);
    assertEquals(401, post(request(1, 1.0), "00", trusting).statusCode());
    assertEquals(
        404,
        trusting
            .send(
                http("/v1/other").POST(HttpRequest.BodyPublishers.noBody()).build(),
                HttpResponse.BodyHandlers.ofByteArray())
            .statusCode());
    assertEquals(
        405,
        trusting
            .send(
                http(ValidationRequest.PATH).GET().build(), HttpResponse.BodyHandlers.ofByteArray())
            .statusCode());
    byte[] foreign =
        new ValidationRequest(
                new RunIdentity("run", "f".repeat(32), DATASET, SCHEDULE),
                1,
                List.of(encrypted(1.0)))
            .encode();
    assertEquals(403, post(foreign, identity.token(), trusting).statusCode());
    assertTrue(OracleLog.read(folder.resolve("oracle.jsonl")).isEmpty());
    assertEquals(4, trouble.size());
  }

  @Test
  void malformedBytes_areRefusedAndTheServerGoesOn() throws Exception {
    HttpClient trusting = trusting(identity);
    byte[] good = request(1, 1.0);
    for (int length : new int[] {0, 5, 12, 40, good.length - 1}) {
      byte[] cut = java.util.Arrays.copyOf(good, length);
      assertEquals(400, post(cut, identity.token(), trusting).statusCode(), "length " + length);
    }
    byte[] noise = new ValidationRequest(run(), 1, List.of(new byte[100])).encode();
    assertEquals(400, post(noise, identity.token(), trusting).statusCode());
    byte[] two = new ValidationRequest(run(), 1, List.of(encrypted(1.0), encrypted(1.0))).encode();
    assertEquals(400, post(two, identity.token(), trusting).statusCode());
    assertFalse(ask(1, 1.0).stop());
  }

  @Test
  void greeting_isAnsweredAndCostsNothing() throws Exception {
    greet(run(), 1, 0);
    assertEquals(5, service.answersLeft());
    ask(1, 1.0);
    greet(run(), 1, 1);
    greet(run(), 1, 0); // a run that starts again asks what was answered
    assertEquals(4, service.answersLeft());
    assertEquals(1, OracleLog.read(folder.resolve("oracle.jsonl")).size());
  }

  @Test
  void greeting_ofAnotherRunKeyDataOrSchedule_isRefusedWithBothValues() throws Exception {
    String key = client.keyId();
    String other = "0".repeat(64);
    refused(
        409, new RunIdentity("other", key, DATASET, SCHEDULE), "run: expected run, actual other");
    refused(403, new RunIdentity("run", "ab", DATASET, SCHEDULE), key + ", actual ab");
    refused(409, new RunIdentity("run", key, other, SCHEDULE), DATASET + ", actual " + other);
    refused(409, new RunIdentity("run", key, DATASET, other), SCHEDULE + ", actual " + other);
    assertTrue(trouble.stream().allMatch(line -> line.startsWith("refused with 4")), "" + trouble);
    assertEquals(4, trouble.size());
  }

  private void refused(int status, RunIdentity run, String both) throws Exception {
    HttpResponse<byte[]> response = post(new Greeting(run, 1, 0));
    assertEquals(status, response.statusCode());
    String message = ValidationAnswer.failureMessage(response.body());
    assertTrue(message.contains(both), message);
  }

  @Test
  void greeting_thatNoAnswerCanFollow_isRefused() throws Exception {
    assertEquals(400, post(new Greeting(run(), 2, 0)).statusCode(), "groups");
    HttpResponse<byte[]> ahead = post(new Greeting(run(), 1, 3));
    assertEquals(409, ahead.statusCode(), "answers that this log has not");
    assertTrue(ValidationAnswer.failureMessage(ahead.body()).contains("expected at most 0"));
    stop();
    start(1);
    ask(1, 1.0);
    HttpResponse<byte[]> spent = post(new Greeting(run(), 1, 1));
    assertEquals(429, spent.statusCode());
    greet(run(), 1, 0); // the answer on epoch 1 is in the log
  }

  @Test
  void logOfAnotherRun_isRefusedAtTheStartWithTheFile() throws Exception {
    ask(1, 1.0);
    stop();
    log = OracleLog.open(folder.resolve("oracle.jsonl"), trouble::add);
    ServedRun other = new ServedRun("other", client.keyId(), Optional.of(DATASET), SCHEDULE);
    String message =
        assertThrows(
                SettingsException.class,
                () ->
                    new OracleService(
                        client,
                        other,
                        plan,
                        LABELS,
                        QueryBudget.beside(folder.resolve("secret.key"), client.keyId(), 5),
                        log,
                        metrics -> {}))
            .getMessage();
    assertTrue(
        message.contains("oracle.jsonl: run-id: expected answers for other, actual"), message);
    assertTrue(message.contains("move the file away or set oracle.log"), message);
  }

  /** The oracle has no labels and no logits: two numbers per epoch decide. */
  @Test
  void lossOnCiphertexts_isDecidedWithoutDataAndAfterARestart() {
    stop();
    plan =
        TrainingPlanner.plan(
            client.parameters(),
            layout,
            new Schedule(4, 4, 1, EPOCHS, 2, 2 << SQUARINGS, 1),
            1000,
            Preprocessing.none(),
            ValidationMetric.ENCRYPTED_LOSS);
    assertEquals(new StopDecision(false, true, ""), lossAnswered(1, 0.7, 1e-9));
    assertEquals(new StopDecision(false, true, ""), lossAnswered(2, 0.6, -1e-9));
    assertEquals(new StopDecision(false, false, ""), lossAnswered(3, 0.60004, 1e-7));
    StopDecision stopped = lossAnswered(4, 0.5, 1e-3);
    assertTrue(stopped.stop() && stopped.best(), "0.65 of the range: " + stopped);
    OracleLog.Entry last = OracleLog.read(folder.resolve("oracle.jsonl")).get(3);
    assertTrue(last.reason().contains("exceeds 60 %"), last.reason());
    assertTrue(Double.isNaN(last.accuracy()) && !last.metrics().isOfLogits(), last.toString());
    assertEquals(0.5, last.loss(), 1e-12);
  }

  /** Each question is asked of an oracle that was started anew. */
  private StopDecision lossAnswered(int epoch, double loss, double powers) {
    start(5);
    try {
      assertEquals(1, service.groups());
      double[] slots = new double[layout.slots()];
      slots[0] = loss;
      slots[1] = powers;
      return service.decide(new ValidationRequest(run(), epoch, List.of(client.encrypt(slots, 0))));
    } finally {
      stop();
    }
  }

  /** Where the data set is not on this machine the first answer decides. */
  @Test
  void dataSetThatTheOracleDoesNotHave_isThatOfTheFirstAnswer() throws Exception {
    ask(1, 1.0);
    ServedRun unknown = new ServedRun("run", client.keyId(), Optional.empty(), SCHEDULE);
    unknown.require(run(), log);
    RunIdentity other = new RunIdentity("run", client.keyId(), "0".repeat(64), SCHEDULE);
    assertThrows(OracleException.class, () -> unknown.require(other, log));
  }

  @Test
  void portInUseOrForeignAddress_isASettingsError() {
    for (String host : List.of("localhost", "192.0.2.1", "no-such-host.invalid")) {
      OracleService service =
          new OracleService(
              client,
              new ServedRun("run", client.keyId(), Optional.of(DATASET), SCHEDULE),
              plan,
              LABELS,
              QueryBudget.beside(folder.resolve("secret.key"), client.keyId(), 5),
              log,
              metrics -> {});
      String message =
          assertThrows(
                  SettingsException.class,
                  () ->
                      new OracleServer(
                          service, identity, host, server.port(), trouble::add, failed::add))
              .getMessage();
      assertTrue(message.contains("oracle.host, oracle.port") && message.contains(host), message);
    }
  }

  @Test
  void onlyTls13_isSpoken() throws Exception {
    assertEquals("TLSv1.3", handshake("TLSv1.3"));
    String refusal = assertThrows(SSLException.class, () -> handshake("TLSv1.2")).getMessage();
    assertTrue(refusal.contains("protocol_version"), refusal);
  }

  /** With the cluster's certificate; returns the protocol of the connection. */
  private String handshake(String protocol) throws Exception {
    SSLContext context = SSLContext.getInstance(protocol);
    context.init(identity.credentials().keyManagers(), trustEverybody(), null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("localhost", server.port())) {
      socket.setEnabledProtocols(new String[] {protocol});
      socket.startHandshake();
      return socket.getSession().getProtocol();
    }
  }

  /** By TLS itself: such a client cannot even send a token. */
  @Test
  void clientWithoutTheClusterCertificate_isRefusedInTheHandshake() throws Exception {
    OracleIdentity other = OracleIdentity.create("localhost");
    for (KeyManager[] shown : new KeyManager[][] {null, other.credentials().keyManagers()}) {
      assertThrows(
          IOException.class,
          () -> post(request(1, 1.0), identity.token(), showing(identity, shown)));
    }
    assertEquals(5, service.answersLeft());
    assertEquals(List.of(), failed);
    assertFalse(ask(1, 1.0).stop());
    assertTrue(
        trouble.get(0).startsWith("refused: client certificate: expected that"), "" + trouble);
    assertEquals(1, trouble.size(), "one line per minute: " + trouble);
  }

  /** The next log of the same key does not start from zero. */
  @Test
  void anotherLog_hasTheBudgetThatIsLeft() throws Exception {
    ask(1, 1.0);
    ask(2, 2.0);
    stop();
    java.nio.file.Files.delete(folder.resolve("oracle.jsonl"));
    start(3);
    assertEquals(1, service.answersLeft());
    ask(1, 3.0); // another run: other ciphertexts
    assertEquals(0, service.answersLeft());
    HttpResponse<byte[]> spent = post(request(2, 1.0), identity.token(), trusting(identity));
    assertEquals(429, spent.statusCode());
    assertTrue(
        ValidationAnswer.failureMessage(spent.body()).contains("a key of its own"),
        ValidationAnswer.failureMessage(spent.body()));
  }

  /** A training that is repeated bit for bit learns nothing new. */
  @Test
  void sameQuestionsToAnotherLog_costNothing() throws Exception {
    byte[] first = request(1, 1.0);
    byte[] second = request(2, 2.0);
    for (int round = 0; round < 3; round++) {
      for (byte[] each : List.of(first, second)) {
        assertEquals(200, post(each, identity.token(), trusting(identity)).statusCode());
      }
      assertEquals(0, service.answersLeft() - (round == 0 ? 3 : 0));
      stop();
      java.nio.file.Files.delete(folder.resolve("oracle.jsonl"));
      start(2);
      greet(run(), 1, 0);
    }
  }

  /** As an older release left it. */
  @Test
  void answersOfALogWithoutCount_areCounted() throws Exception {
    ask(1, 1.0);
    stop();
    java.nio.file.Files.delete(folder.resolve("secret.key.answers"));
    start(5);
    assertEquals(4, service.answersLeft());
  }

  @Test
  void epochBeyondThePlan_isRefused() throws Exception {
    stop();
    start(100);
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      assertFalse(ask(epoch, epoch).stop());
    }
    HttpResponse<byte[]> beyond =
        post(request(EPOCHS + 1, 9.0), identity.token(), trusting(identity));
    assertEquals(409, beyond.statusCode());
    assertTrue(
        ValidationAnswer.failureMessage(beyond.body()).contains("the epochs of the plan"),
        ValidationAnswer.failureMessage(beyond.body()));
    assertEquals(95, service.answersLeft());
  }

  /** Whether a decryption succeeds may tell something of the key. */
  @Test
  void questionThatCannotBeDecrypted_isCounted() throws Exception {
    byte[] noise = new ValidationRequest(run(), 1, List.of(new byte[100])).encode();
    assertEquals(400, post(noise, identity.token(), trusting(identity)).statusCode());
    assertEquals(4, service.answersLeft());
  }

  @Test
  void countIsTheOwnersAlone_andALineThatWasCutIsOfNoAnswer() throws Exception {
    ask(1, 1.0);
    Path count = folder.resolve("secret.key.answers");
    assertEquals(
        "rw-------",
        java.nio.file.attribute.PosixFilePermissions.toString(
            java.nio.file.Files.getPosixFilePermissions(count)));
    java.nio.file.Files.writeString(
        count, client.keyId() + " ab", java.nio.file.StandardOpenOption.APPEND);
    assertEquals(4, service.answersLeft());
    ask(2, 2.0);
    assertEquals(3, service.answersLeft());
    java.nio.file.Files.writeString(count, "nonsense\n");
    String message =
        assertThrows(SettingsException.class, () -> service.answersLeft()).getMessage();
    assertTrue(message.contains("expected a key id and two SHA-256 per line"), message);
  }

  private static TrustManager[] trustEverybody() {
    return new TrustManager[] {
      new X509TrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
          return new X509Certificate[0];
        }
      }
    };
  }

  private RunIdentity run() {
    return new RunIdentity("run", client.keyId(), DATASET, SCHEDULE);
  }

  private void greet(RunIdentity run, int groups, int epochsAnswered) throws Exception {
    HttpResponse<byte[]> response = post(new Greeting(run, groups, epochsAnswered));
    assertEquals(
        200, response.statusCode(), () -> ValidationAnswer.failureMessage(response.body()));
    assertEquals("{\"answersThisRun\":true}", new String(response.body(), StandardCharsets.UTF_8));
  }

  private HttpResponse<byte[]> post(Greeting greeting) throws Exception {
    HttpRequest request =
        http(Greeting.PATH).POST(HttpRequest.BodyPublishers.ofByteArray(greeting.encode())).build();
    return trusting(identity).send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Logits that favour the right label by {@code margin}, but for the last row. */
  private byte[] encrypted(double margin) {
    double[][] logits = new double[LABELS.length][3];
    for (int row = 0; row < LABELS.length - 1; row++) {
      logits[row][LABELS[row]] = margin / 16;
    }
    return client.encrypt(Packing.packLogits(layout, logits), 0);
  }

  private byte[] request(int epoch, double margin) {
    return new ValidationRequest(run(), epoch, List.of(encrypted(margin))).encode();
  }

  private StopDecision ask(int epoch, double margin) throws Exception {
    HttpResponse<byte[]> response =
        post(request(epoch, margin), identity.token(), trusting(identity));
    assertEquals(
        200, response.statusCode(), () -> ValidationAnswer.failureMessage(response.body()));
    return ValidationAnswer.decode(response.body());
  }

  private HttpRequest.Builder http(String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + path))
        .header("Authorization", "Bearer " + identity.token());
  }

  private HttpResponse<byte[]> post(byte[] body, String token, HttpClient client) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("https://localhost:" + server.port() + ValidationRequest.PATH))
            .header("Content-Type", ValidationRequest.CONTENT_TYPE)
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Trusts the certificate of one identity alone, host name included. */
  private static HttpClient trusting(OracleIdentity identity) {
    try {
      return showing(identity, identity.credentials().keyManagers());
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As {@link #trusting}, with another client certificate or none. */
  private static HttpClient showing(OracleIdentity identity, KeyManager[] shown) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry(
          "oracle",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(
                      identity.certificatePem().getBytes(StandardCharsets.UTF_8))));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(shown, trust.getTrustManagers(), null);
      return HttpClient.newBuilder().sslContext(context).build();
    } catch (java.security.GeneralSecurityException | java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
