package org.hetal.owner.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.hetal.config.SettingsLoader;
import org.hetal.he.owner.Client;
import org.hetal.oracle.JudgeAnswer;
import org.hetal.oracle.JudgeRequest;
import org.hetal.owner.keys.ClientBackend;
import org.hetal.packing.Layout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OracleServerTest {
  private static final String SET = "insecure_simulator_n7_l12";
  private static final int[] LABELS = {0, 1, 2, 0};
  private static final int SQUARINGS = 4;

  @TempDir Path folder;
  private Client client;
  private Layout layout;
  private OracleIdentity identity;
  private OracleServer server;
  private final List<String> trouble = new ArrayList<>();

  @BeforeEach
  void setUp() {
    client =
        ClientBackend.of(
                SettingsLoader.load(List.of(), Map.of("backend", "simulator", "parameters", SET)))
            .generate(SET, 1L);
    layout = Layout.choose(client.parameters().slotCount(), 4, 3, 3);
    identity = OracleIdentity.create("localhost");
    start(5);
  }

  @AfterEach
  void tearDown() {
    server.close();
    client.close();
  }

  private void start(int budget) {
    OracleService service =
        new OracleService(
            client,
            layout,
            LABELS,
            SQUARINGS,
            2,
            budget,
            OracleLog.open(folder.resolve("oracle.jsonl")),
            judgement -> {});
    server = new OracleServer(service, identity, "localhost", 0, trouble::add);
  }

  @Test
  void betterThenWorseEpochs_continueUntilPatienceEnds() throws Exception {
    assertEquals(new JudgeAnswer(false, true, "", 4), ask(1, 1.0));
    assertEquals(new JudgeAnswer(false, true, "", 3), ask(2, 3.0));
    assertFalse(ask(3, 2.0).best());
    JudgeAnswer last = ask(4, 1.5);
    assertTrue(last.stop());
    assertFalse(last.best());
    assertEquals(1, last.answersLeft());
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
    assertEquals("{\"stop\":false,\"best\":true,\"reason\":\"\",\"answersLeft\":4}", body);
  }

  @Test
  void sameQuestionAgain_getsTheSameAnswerForNothing() throws Exception {
    JudgeAnswer first = ask(1, 1.0);
    assertEquals(first, ask(1, 1.0));
    assertEquals(409, post(request(1, 2.0), identity.token(), trusting(identity)).statusCode());
    assertEquals(409, post(request(3, 2.0), identity.token(), trusting(identity)).statusCode());
  }

  @Test
  void spentBudget_isRefusedAlsoAfterARestart() throws Exception {
    server.close();
    start(2);
    ask(1, 1.0);
    server.close();
    start(2);
    ask(2, 2.0);
    HttpResponse<byte[]> third = post(request(3, 3.0), identity.token(), trusting(identity));
    assertEquals(429, third.statusCode());
    assertTrue(JudgeAnswer.failureMessage(third.body()).contains("query budget"));
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
                http("/v2/judge").POST(HttpRequest.BodyPublishers.noBody()).build(),
                HttpResponse.BodyHandlers.ofByteArray())
            .statusCode());
    assertEquals(
        405,
        trusting
            .send(http(JudgeRequest.PATH).GET().build(), HttpResponse.BodyHandlers.ofByteArray())
            .statusCode());
    byte[] foreign = new JudgeRequest("run", 1, "f".repeat(32), List.of(encrypted(1.0))).encode();
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
    byte[] noise = new JudgeRequest("run", 1, client.keyId(), List.of(new byte[100])).encode();
    assertEquals(400, post(noise, identity.token(), trusting).statusCode());
    byte[] two =
        new JudgeRequest("run", 1, client.keyId(), List.of(encrypted(1.0), encrypted(1.0)))
            .encode();
    assertEquals(400, post(two, identity.token(), trusting).statusCode());
    assertFalse(ask(1, 1.0).stop());
  }

  @Test
  void damagedLog_isRefused() throws Exception {
    Path log = Files.writeString(folder.resolve("bad.jsonl"), "{\"epoch\":1}\n");
    assertThrows(org.hetal.dataset.DatasetException.class, () -> OracleLog.open(log));
  }

  /** Logits that favour the right label by {@code margin}, but for the last row. */
  private byte[] encrypted(double margin) {
    double[][] logits = new double[LABELS.length][3];
    for (int row = 0; row < LABELS.length - 1; row++) {
      logits[row][LABELS[row]] = margin / 16;
    }
    return client.encrypt(layout.packLogits(logits), 0);
  }

  private byte[] request(int epoch, double margin) {
    return new JudgeRequest("run", epoch, client.keyId(), List.of(encrypted(margin))).encode();
  }

  private JudgeAnswer ask(int epoch, double margin) throws Exception {
    HttpResponse<byte[]> response =
        post(request(epoch, margin), identity.token(), trusting(identity));
    assertEquals(200, response.statusCode(), () -> JudgeAnswer.failureMessage(response.body()));
    return JudgeAnswer.decode(response.body());
  }

  private HttpRequest.Builder http(String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + path))
        .header("Authorization", "Bearer " + identity.token());
  }

  private HttpResponse<byte[]> post(byte[] body, String token, HttpClient client) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + JudgeRequest.PATH))
            .header("Content-Type", JudgeRequest.CONTENT_TYPE)
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Trusts the certificate of one identity alone, host name included. */
  private static HttpClient trusting(OracleIdentity identity) {
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
      context.init(null, trust.getTrustManagers(), null);
      return HttpClient.newBuilder().sslContext(context).build();
    } catch (java.security.GeneralSecurityException | java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
