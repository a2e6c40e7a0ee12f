package org.hetal.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.hetal.cluster.HttpsKeyHolder;
import org.hetal.cluster.RetryLaterException;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.job.ToyOracle.Reply;
import org.hetal.oracle.JudgeAnswer;
import org.hetal.oracle.JudgeRequest;
import org.hetal.training.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpsKeyHolderTest {
  private static final List<byte[]> LOGITS = List.of(new byte[] {1, 2, 3}, new byte[] {4});
  private static final Reply GO_ON = Reply.of(new Verdict(Verdict.Decision.CONTINUE, true, "none"));
  @TempDir Path root;

  private Settings.Oracle oracle(int port, int patienceSeconds) {
    return new Settings.Oracle(
        "localhost",
        port,
        root.resolve("oracle.pem").toString(),
        root.resolve("oracle.token").toString(),
        "",
        10,
        patienceSeconds);
  }

  private Verdict ask(ToyOracle oracle, int patienceSeconds) {
    int port = Integer.parseInt(oracle.settings()[1].replace("oracle.port=", ""));
    return new HttpsKeyHolder(oracle(port, patienceSeconds), "run-1", "ab").judge(3, LOGITS);
  }

  private ToyOracle oracle(Function<JudgeRequest, Reply> replies) throws Exception {
    return new ToyOracle(root, 0, replies);
  }

  @Test
  void judge_sendsRunEpochKeyAndCiphertexts_andReturnsTheVerdict() throws Exception {
    AtomicReference<JudgeRequest> seen = new AtomicReference<>();
    try (ToyOracle oracle =
        oracle(
            request -> {
              seen.set(request);
              return Reply.of(new Verdict(Verdict.Decision.STOP, false, "patience"));
            })) {
      Verdict verdict = ask(oracle, 10);
      assertTrue(verdict.stops());
      assertFalse(verdict.best());
      assertEquals("patience", verdict.reason());
    }
    assertEquals("run-1", seen.get().runId());
    assertEquals(3, seen.get().epoch());
    assertEquals("ab", seen.get().keyId());
    assertArrayEquals(LOGITS.get(0), seen.get().logits().get(0));
    assertArrayEquals(LOGITS.get(1), seen.get().logits().get(1));
  }

  @Test
  void judge_ofAnOracleWithAnotherCertificate_isRefusedAndNothingIsSent() throws Exception {
    Path other = Files.createDirectories(root.resolve("other"));
    try (ToyOracle impostor = new ToyOracle(other, 0, request -> GO_ON);
        ToyOracle pinned = oracle(request -> GO_ON)) {
      String message = assertThrows(SettingsException.class, () -> ask(impostor, 10)).getMessage();
      assertTrue(message.contains("oracle.certificate"), message);
      assertEquals(List.of(), impostor.epochs());
      assertEquals(List.of(), pinned.epochs());
    }
  }

  @Test
  void judge_withAWrongToken_isRefused() throws Exception {
    try (ToyOracle oracle = oracle(request -> GO_ON)) {
      Files.writeString(root.resolve("oracle.token"), "another\n");
      String message = assertThrows(SettingsException.class, () -> ask(oracle, 10)).getMessage();
      assertTrue(message.contains("401") && message.contains("wrong token"), message);
    }
  }

  @Test
  void judge_ofABusyOracle_asksAgain() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (ToyOracle oracle =
        oracle(
            request ->
                asked.incrementAndGet() < 3
                    ? new Reply(503, JudgeAnswer.failure("busy"))
                    : GO_ON)) {
      assertTrue(ask(oracle, 20).best());
    }
    assertEquals(3, asked.get());
  }

  @Test
  void judge_ofAnOracleThatStaysAway_saysRetryLater() throws Exception {
    int port;
    try (ToyOracle oracle = oracle(request -> GO_ON)) {
      port = Integer.parseInt(oracle.settings()[1].replace("oracle.port=", ""));
    }
    HttpsKeyHolder holder = new HttpsKeyHolder(oracle(port, 1), "run-1", "ab");
    String message =
        assertThrows(RetryLaterException.class, () -> holder.judge(1, LOGITS)).getMessage();
    assertTrue(message.contains("within 1 s"), message);
  }

  @ParameterizedTest
  @CsvSource({"403,78", "429,78", "404,78", "400,65", "409,65", "413,65", "500,75"})
  void judge_ofARefusal_becomesTheExitStatusThatItMeans(int status, int exit) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (ToyOracle oracle =
        oracle(
            request -> {
              asked.incrementAndGet();
              return new Reply(status, JudgeAnswer.failure("because"));
            })) {
      RuntimeException failure = assertThrows(RuntimeException.class, () -> ask(oracle, 10));
      assertEquals(exit, ClusterFailures.TABLE.code(failure).status());
      assertTrue(failure.getMessage().contains("because"), failure.getMessage());
    }
    assertEquals(1, asked.get(), "a refusal is not asked again");
  }

  @Test
  void judge_ofAnAnswerThatIsNone_throws() throws Exception {
    try (ToyOracle oracle = oracle(request -> new Reply(200, "{}".getBytes()))) {
      assertThrows(DatasetException.class, () -> ask(oracle, 10));
    }
  }

  @Test
  void keyHolder_withoutACertificate_isASettingsError() {
    assertThrows(SettingsException.class, () -> new HttpsKeyHolder(oracle(1, 1), "run-1", "ab"));
  }
}
