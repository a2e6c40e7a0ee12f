package org.hetal.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.hetal.training.StopDecision;
import org.junit.jupiter.api.Test;

class ValidationRequestTest {
  private static final RunIdentity RUN =
      new RunIdentity("run-1", "0123", "a".repeat(64), "b".repeat(64));
  private final ValidationRequest request =
      new ValidationRequest(RUN, 3, List.of(new byte[] {1, 2, 3}, new byte[] {4}));

  @Test
  void encode_readsBack() {
    ValidationRequest read = ValidationRequest.decode(request.encode());
    assertEquals(RUN, read.run());
    assertEquals(3, read.epoch());
    assertEquals(2, read.ciphertexts().size());
    assertArrayEquals(new byte[] {1, 2, 3}, read.ciphertexts().get(0));
    assertArrayEquals(new byte[] {4}, read.ciphertexts().get(1));
  }

  @Test
  void truncatedOrLongerRequest_throws() {
    byte[] bytes = request.encode();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThrows(IllegalArgumentException.class, () -> ValidationRequest.decode(cut));
    }
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThrows(IllegalArgumentException.class, () -> ValidationRequest.decode(longer));
  }

  /** Whoever holds the token writes the header; its text must not reach the owner's terminal. */
  @Test
  void digestThatIsNone_isNotRepeated() {
    byte[] good = request.encode();
    String text = new String(good, StandardCharsets.ISO_8859_1);
    int at = text.indexOf("\"sha256\":[\"") + "\"sha256\":[\"".length();
    byte[] escape = "\\u001b[2J".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(escape, 0, good, at, escape.length);
    String message =
        assertThrows(IllegalArgumentException.class, () -> ValidationRequest.decode(good))
            .getMessage();
    assertEquals(
        "request: expected 64 hexadecimal digits as SHA-256 of ciphertext 0, actual others",
        message);
  }

  @Test
  void mutatedRequest_throwsNothingElse() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 5000; i++) {
      byte[] bytes = request.encode();
      for (int k = random.nextInt(1, 4); k > 0; k--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        ValidationRequest.decode(bytes);
      } catch (IllegalArgumentException e) {
        assertEquals(0, e.getMessage().indexOf("request: expected"), e.getMessage());
      }
    }
  }

  @Test
  void greeting_readsBackAndNonsenseThrows() {
    Greeting greeting = new Greeting(RUN, 2, 5);
    assertEquals(greeting, Greeting.decode(greeting.encode()));
    assertTrue(greeting.encode().length <= Greeting.MAX_BYTES);
    assertTrue(Greeting.Welcome.decode(new Greeting.Welcome(true).encode()).answersThisRun());
    String good = new String(greeting.encode(), StandardCharsets.UTF_8);
    for (String text :
        List.of(
            "",
            "null",
            "{}",
            good.substring(0, good.length() - 1),
            good + "x",
            good.replace("\"groups\":2", "\"groups\":0"),
            good.replace("\"epochsAnswered\":5", "\"epochsAnswered\":-1"),
            good.replace("run-1", "run 1"),
            good.replace("0123", "\\u001b[2J"),
            good.replace("aaa", "xyz"))) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      String message =
          assertThrows(IllegalArgumentException.class, () -> Greeting.decode(bytes), text)
              .getMessage();
      assertTrue(message.startsWith("request: expected"), message);
    }
  }

  @Test
  void answer_readsBackAndNonsenseThrows() {
    byte[] sent = ValidationAnswer.encode(new StopDecision(true, false, "patience"));
    assertEquals("{\"stop\":true,\"best\":false}", new String(sent, StandardCharsets.UTF_8));
    assertEquals(
        new StopDecision(true, false, "the validation oracle answered stop"),
        ValidationAnswer.decode(sent));
    assertEquals(
        new StopDecision(false, true, ""),
        ValidationAnswer.decode(ValidationAnswer.encode(new StopDecision(false, true, "x"))));
    for (String text : List.of("", "{}", "[]", "{\"stop\":true}", "null")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> ValidationAnswer.decode(text.getBytes(StandardCharsets.UTF_8)),
          text);
    }
    assertEquals("no", ValidationAnswer.failureMessage(ValidationAnswer.failure("no")));
    assertEquals(
        "no message", ValidationAnswer.failureMessage("<html>".getBytes(StandardCharsets.UTF_8)));
  }
}
