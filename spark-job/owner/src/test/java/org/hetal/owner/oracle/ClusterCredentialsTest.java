package org.hetal.owner.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.hetal.oracle.ClusterCredentials;
import org.junit.jupiter.api.Test;

/** The file that the owner's side writes and the cluster's side reads. */
class ClusterCredentialsTest {
  private final ClusterCredentials written = OracleIdentity.create("localhost").credentials();

  @Test
  void file_isReadAsWritten() {
    ClusterCredentials read = ClusterCredentials.decode(written.encode());
    assertEquals(written.token(), read.token());
    assertEquals(written.certificate(), read.certificate());
    assertEquals(written.key(), read.key());
    assertFalse(read.toString().contains(read.token()));
  }

  @Test
  void fileThatWasCut_isRefusedWithoutItsContent() {
    byte[] whole = written.encode();
    for (int length = 0; length < whole.length - 20; length += 7) {
      byte[] cut = Arrays.copyOf(whole, length);
      String message =
          assertThrows(IllegalArgumentException.class, () -> ClusterCredentials.decode(cut))
              .getMessage();
      assertTrue(message.startsWith("expected "), message);
      assertFalse(message.contains(written.token().substring(0, 8)), message);
    }
  }

  @Test
  void partThatIsNoCertificate_isRefused() {
    String text = new String(written.encode(), StandardCharsets.US_ASCII);
    for (String damaged :
        new String[] {
          text.replaceFirst("(?s)(BEGIN CERTIFICATE-----).*?(-----END)", "$1\nAAAA\n$2"),
          text.replaceFirst("(?s)(BEGIN PRIVATE KEY-----).*?(-----END)", "$1\nAAA=\n$2"),
          text.replaceFirst("(?s)(BEGIN PRIVATE KEY-----).*?(-----END)", "$1\nA\n$2"),
        }) {
      byte[] bytes = damaged.getBytes(StandardCharsets.US_ASCII);
      assertThrows(IllegalArgumentException.class, () -> ClusterCredentials.decode(bytes));
    }
  }
}
