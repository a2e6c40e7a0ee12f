package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.ClientBackend;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real secret key and a real public key. */
class SecretSearchTest {
  private static final int HEADER = 92;

  @TempDir Path folder;
  private Path key;
  private Path others;
  private SecretSearch search;

  @BeforeEach
  void generate() throws Exception {
    key = Files.createDirectory(folder.resolve("holder")).resolve("key");
    others = Files.createDirectory(folder.resolve("others"));
    ClientBackend backend = ClientBackend.find("native", "native").orElseThrow();
    try (Client client = backend.generate("insecure_n10_l12", 1, null)) {
      client.saveSecretKey(key);
      client.savePublicKey(others.resolve("public.key"));
      Files.write(others.resolve("ciphertext"), client.encrypt(new double[] {1, 2, 3, 4}, 3));
    }
    search = new SecretSearch(key);
  }

  private List<String> found() {
    return search.findings(others).stream()
        .map(line -> line.substring(others.toString().length() + 1))
        .toList();
  }

  private byte[] padded(int before, byte[] content) {
    byte[] out = new byte[before + content.length + 100];
    System.arraycopy(content, 0, out, before, content.length);
    return out;
  }

  @Test
  void publicKeyAndCiphertexts_areNoSecrets() {
    assertEquals(List.of(), found());
  }

  @Test
  void keyFile_isFoundUnderAnyName() throws Exception {
    Files.createDirectories(others.resolve("a/b"));
    Files.copy(key, others.resolve("a/b/data.bin"));
    assertEquals(
        List.of("a/b/data.bin: HETALSEC", "a/b/data.bin: bytes of the secret key"), found());
  }

  @Test
  void keyWithoutItsHeader_isFoundInsideAFile() throws Exception {
    byte[] bytes = Files.readAllBytes(key);
    byte[] secret = Arrays.copyOfRange(bytes, HEADER, bytes.length);
    // Across the end of the buffer that the search reads.
    for (int before : new int[] {0, 1000, (1 << 20) - 30}) {
      Files.write(others.resolve("blob"), padded(before, secret));
      assertEquals(List.of("blob: bytes of the secret key"), found(), before + " bytes before it");
    }
  }

  @Test
  void nameOfASecret_isFoundWhateverTheContent() throws Exception {
    Files.writeString(others.resolve("secret.key"), "");
    assertEquals(List.of("secret.key: the name of a secret"), found());
  }

  @Test
  void keyUnderAPassphrase_isFound() throws Exception {
    Files.write(others.resolve("x"), padded(5, "HETALPWD".getBytes(StandardCharsets.US_ASCII)));
    assertEquals(List.of("x: HETALPWD"), found());
  }

  @Test
  void fileThatIsNoKey_isRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("short"), "no key");
    DemoException failure = assertThrows(DemoException.class, () -> new SecretSearch(file));
    assertTrue(failure.getMessage().contains("expected at least 156 bytes, actual 6"));
  }
}
