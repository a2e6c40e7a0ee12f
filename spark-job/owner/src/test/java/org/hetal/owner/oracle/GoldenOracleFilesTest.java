package org.hetal.owner.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.hetal.oracle.ClusterCredentials;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.RunIdentity;
import org.hetal.oracle.ValidationAnswer;
import org.hetal.oracle.ValidationRequest;
import org.hetal.owner.vectors.GoldenFolder;
import org.hetal.training.StopDecision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Committed identities, credentials, counts of answers and messages are read, and those that are
 * written today have the same bytes. The keys in them are of this test alone.
 */
class GoldenOracleFilesTest {
  private static final String IDENTITY = "oracle-identity";
  private static final String FILE = "oracle.identity";
  private static final String TOKEN = "oracle.token";
  private static final String CERTIFICATE = "oracle.pem";
  private static final String KEY_ID = "00112233445566778899aabbccddeeff";
  private static final String RUN = "a1".repeat(32);
  private static final List<QueryBudget.Question> ASKED =
      List.of(
          new QueryBudget.Question(RUN, "b2".repeat(32)),
          new QueryBudget.Question(RUN, "c3".repeat(32)));

  @TempDir private Path root;

  /** The committed one; a new one before there is any. */
  private static OracleIdentity identity() {
    Path file = GoldenFolder.of(IDENTITY).resolve(FILE);
    return Files.exists(file)
        ? OracleIdentity.read(file)
        : OracleIdentity.create("localhost", Instant.parse("2026-01-01T00:00:00Z"));
  }

  @Test
  void identityTokenAndCertificate_areReadAndWrittenAsCommitted() throws Exception {
    OracleIdentity identity = identity();
    identity.save(root.resolve(FILE));
    Files.write(root.resolve(TOKEN), identity.credentials().encode());
    Files.writeString(root.resolve(CERTIFICATE), identity.certificatePem());
    GoldenFolder.requireSame(IDENTITY, root);
    ClusterCredentials token =
        ClusterCredentials.decode(Files.readAllBytes(GoldenFolder.of(IDENTITY).resolve(TOKEN)));
    assertEquals(identity.token(), token.token());
    assertEquals(identity.credentials().certificate(), token.certificate());
    assertEquals(identity.credentials().key(), token.key());
  }

  @Test
  void answers_areWrittenAsCommitted() {
    QueryBudget budget = QueryBudget.beside(root.resolve("secret.key"), KEY_ID, 3);
    for (QueryBudget.Question question : ASKED) {
      assertTrue(budget.charge(question));
    }
    GoldenFolder.requireSame("oracle-answers", root);
  }

  @Test
  void committedAnswers_areCounted() {
    Path key = GoldenFolder.privateCopy("oracle-answers", root).resolve("secret.key");
    QueryBudget budget = QueryBudget.beside(key, KEY_ID, 2);
    assertEquals(0, budget.left());
    assertTrue(budget.charge(ASKED.get(1)), "it was counted");
    assertFalse(budget.charge(new QueryBudget.Question(RUN, "d4".repeat(32))));
    assertEquals(2, QueryBudget.beside(key, "ff".repeat(16), 2).left(), "another key");
  }

  /** Cluster and oracle may be of different releases. */
  @Test
  void messages_areReadAndWrittenAsCommitted() throws Exception {
    RunIdentity run = new RunIdentity("run-1", KEY_ID, RUN, "b2".repeat(32));
    Files.write(root.resolve("greeting.json"), new Greeting(run, 2, 1).encode());
    Files.write(root.resolve("welcome.json"), new Greeting.Welcome(true).encode());
    List<byte[]> ciphertexts = List.of(new byte[] {1, 2, 3}, new byte[] {4});
    Files.write(root.resolve("request.bin"), new ValidationRequest(run, 3, ciphertexts).encode());
    Files.write(
        root.resolve("answer.json"),
        ValidationAnswer.encode(new StopDecision(true, false, "patience")));
    Files.write(root.resolve("failure.json"), ValidationAnswer.failure("wrong token"));
    GoldenFolder.requireSame("oracle-messages-2", root);

    Path golden = GoldenFolder.of("oracle-messages-2");
    assertEquals(
        new Greeting(run, 2, 1),
        Greeting.decode(Files.readAllBytes(golden.resolve("greeting.json"))));
    assertTrue(
        Greeting.Welcome.decode(Files.readAllBytes(golden.resolve("welcome.json")))
            .answersThisRun());
    ValidationRequest request =
        ValidationRequest.decode(Files.readAllBytes(golden.resolve("request.bin")));
    assertEquals(run, request.run());
    assertEquals(3, request.epoch());
    assertArrayEquals(ciphertexts.get(0), request.ciphertexts().get(0));
    assertArrayEquals(ciphertexts.get(1), request.ciphertexts().get(1));
    StopDecision answer =
        ValidationAnswer.decode(Files.readAllBytes(golden.resolve("answer.json")));
    assertTrue(answer.stop() && !answer.best());
    assertEquals(
        "wrong token",
        ValidationAnswer.failureMessage(Files.readAllBytes(golden.resolve("failure.json"))));
  }
}
