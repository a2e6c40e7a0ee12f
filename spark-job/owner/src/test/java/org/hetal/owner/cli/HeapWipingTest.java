package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.he.library.OwnerOnly;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.owner.keys.EncryptedSecretKey;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No object on the Java heap of an owner's process holds a passphrase or the bytes of the secret
 * key after the command. The process has a collector that never collects, so its dump has every
 * array that the project's code, the JDK and the libraries ever made. It has not: native memory,
 * the stack, and the AES key in the JDK's cipher.
 */
@Tag("slow")
class HeapWipingTest {
  private static final String FIRST = "correct horse battery";
  private static final String SECOND = "another horse entirely";
  private static final int MARKER_BYTES = 32;

  @TempDir Path root;
  private OwnerFolder owner;
  private Path first;
  private Path second;

  private void prepare() throws Exception {
    owner = new OwnerFolder(root, "native", "insecure_n10_l12");
    first = passphrase("first", FIRST);
    second = passphrase("second", SECOND);
  }

  private Path passphrase(String name, String text) throws IOException {
    Path file = Files.createFile(root.resolve(name), OwnerOnly.file());
    return Files.writeString(file, text);
  }

  private Path dumpOf(List<String> words) throws Exception {
    Path dump = root.resolve("heap.hprof");
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:+UseEpsilonGC",
                "-Xmx3g",
                "-cp",
                System.getProperty("java.class.path"),
                HeapProbe.class.getName(),
                dump.toString()));
    line.addAll(words);
    CommandRun run = CommandRun.process(line, Map.of(), root.resolve("log"));
    assertEquals(0, run.status(), run.output());
    return dump;
  }

  /** The bytes of the key, away from its public head. */
  private Map<String, byte[]> secrets() throws Exception {
    Path key = root.resolve("owner/secret.key");
    byte[] content =
        EncryptedSecretKey.decrypt(
            key, Files.readAllBytes(key), SECOND.getBytes(StandardCharsets.UTF_8));
    Map<String, byte[]> out = new LinkedHashMap<>();
    out.put("first passphrase", FIRST.getBytes(StandardCharsets.UTF_8));
    out.put("second passphrase", SECOND.getBytes(StandardCharsets.UTF_8));
    for (int part = 1; part < 4; part++) {
      int at = part * content.length / 4;
      out.put("key at byte " + at, Arrays.copyOfRange(content, at, at + MARKER_BYTES));
    }
    return out;
  }

  /** How often each of them is in the file. */
  private static Map<String, Integer> found(Path file, Map<String, byte[]> secrets)
      throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Map<String, Integer> out = new TreeMap<>();
    secrets.forEach(
        (name, secret) -> {
          for (int at = 0; at <= bytes.length - secret.length; at++) {
            if (bytes[at] == secret[0]
                && ByteBuffer.wrap(bytes, at, secret.length).equals(ByteBuffer.wrap(secret))) {
              out.merge(name, 1, Integer::sum);
            }
          }
        });
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"backend", "openfhe"})
  void heapOfTheCommands_holdsNoPassphraseAndNoKey(String client) throws Exception {
    Assumptions.assumeTrue(!client.equals("openfhe") || OpenFhe.isAvailable(), "needs OpenFHE");
    prepare();
    String[] before = {"--set", "client=" + client, "--set", "paths.passphrase=" + first};
    String[] after = {"--set", "client=" + client, "--set", "paths.passphrase=" + second};
    List<String> words = new ArrayList<>(owner.arguments("keygen", before));
    words.add(HeapProbe.THEN);
    words.addAll(owner.arguments("encrypt", before));
    words.add(HeapProbe.THEN);
    List<String> change = owner.arguments("change-passphrase", before);
    words.addAll(change);
    words.add("--new-passphrase=" + second);
    words.add(HeapProbe.THEN);
    words.addAll(owner.arguments("encrypt", after));
    Path dump = dumpOf(words);
    assertTrue(Files.size(dump) > 4 * (64 << 20), "expected the memory of each Argon2, too");
    assertEquals(Map.of(), found(dump, secrets()));
  }

  /** Otherwise the test above shows nothing. */
  @Test
  void heapOfACommand_showsWhatIsNotWiped() throws Exception {
    prepare();
    List<String> words = new ArrayList<>(owner.arguments("keygen"));
    words.add(HeapProbe.THEN);
    words.addAll(owner.arguments("change-passphrase", "--new-passphrase=" + second));
    Files.write(
        root.resolve("heap.hprof" + HeapProbe.NOT_WIPED), FIRST.getBytes(StandardCharsets.UTF_8));
    assertEquals(Map.of("first passphrase", 1), found(dumpOf(words), secrets()));
  }
}
