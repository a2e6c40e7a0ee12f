package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hetal.he.library.OwnerOnly;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.owner.keys.EncryptedSecretKey;
import org.hetal.owner.record.OwnerLock;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A passphrase that is added, changed and removed after the key was made. */
class ChangePassphraseTest {
  private static final String COMMAND = "change-passphrase";
  private static final String FIRST = "correct horse battery";
  private static final String SECOND = "another h\u00f6rse entirely";

  @TempDir Path root;
  private OwnerFolder owner;
  private Path key;

  private void makeKey(String backend, String parameters, String... more) throws Exception {
    owner = new OwnerFolder(root, backend, parameters);
    run(0, "keygen", more);
    key = root.resolve("owner/secret.key");
  }

  private void makeKey() throws Exception {
    makeKey("simulator", "insecure_simulator_n8_l12");
  }

  private Path file(String name, String passphrase) throws Exception {
    Path file = root.resolve(name);
    Files.deleteIfExists(file);
    Files.createFile(file, OwnerOnly.file());
    Files.writeString(file, passphrase + "\n");
    return file;
  }

  private static String[] now(Path file, String... more) {
    return Stream.concat(Stream.of("--set", "paths.passphrase=" + file), Stream.of(more))
        .toArray(String[]::new);
  }

  private void run(int status, String command, String... more) {
    assertEquals(status, owner.hetal(command, more), owner.output);
    assertFalse(owner.output.contains(FIRST) || owner.output.contains(SECOND), owner.output);
  }

  private void refused(int status, String message, String... more) throws Exception {
    byte[] before = Files.exists(key) ? Files.readAllBytes(key) : null;
    run(status, COMMAND, more);
    assertTrue(owner.output.contains(message), owner.output);
    if (before != null) {
      assertArrayEquals(before, Files.readAllBytes(key), "kept as it was");
    }
    requireKeyAlone();
  }

  private void said(String text) {
    assertTrue(owner.output.contains(text), owner.output);
  }

  /** Mode 0600, and no other file of the key. */
  private void requireKeyAlone() throws Exception {
    try (Stream<Path> files = Files.list(root.resolve("owner"))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        assertTrue(!name.contains("secret") || name.equals("secret.key"), name);
      }
    }
    if (Files.exists(key)) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    }
  }

  private byte[] decrypted(String passphrase) throws Exception {
    return EncryptedSecretKey.decrypt(
        key, Files.readAllBytes(key), passphrase.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "native, backend, insecure_n10_l12",
    "native, openfhe, insecure_n10_l12",
    "simulator, backend, insecure_simulator_n8_l12",
  })
  void passphrase_isAddedChangedAndRemoved_andTheKeyStays(
      String backend, String client, String parameters) throws Exception {
    Assumptions.assumeTrue(!client.equals("openfhe") || OpenFhe.isAvailable(), "needs OpenFHE");
    String set = "client=" + client;
    makeKey(backend, parameters, "--set", set);
    byte[] secret = Files.readAllBytes(key);
    Path first = file("first", FIRST);
    Path second = file("second", SECOND);

    run(0, COMMAND, "--set", set, "--new-passphrase", first.toString());
    said("passphrase added");
    said("from now on set paths.passphrase = \"" + first + "\"");
    requireKeyAlone();
    assertArrayEquals(secret, decrypted(FIRST));
    run(0, "encrypt", now(first, "--set", set));

    byte[] underTheFirst = Files.readAllBytes(key);
    run(0, COMMAND, now(first, "--set", set, "--new-passphrase=" + second));
    said("passphrase changed");
    requireKeyAlone();
    assertArrayEquals(secret, decrypted(SECOND));
    assertNotEquals(
        ByteBuffer.wrap(underTheFirst, 24, 28),
        ByteBuffer.wrap(Files.readAllBytes(key), 24, 28),
        "salt and nonce are new");
    run(78, "encrypt", now(first, "--set", set));
    run(0, "encrypt", now(second, "--set", set));
    said("done already");

    run(0, COMMAND, now(second, "--set", set, "--remove"));
    said("passphrase removed");
    said("from now on set paths.passphrase = \"\"");
    requireKeyAlone();
    assertArrayEquals(secret, Files.readAllBytes(key));
    run(0, "encrypt", "--set", set);
    run(0, COMMAND, "--set", set, "--remove");
    said("passphrase none, as before");
    assertArrayEquals(secret, Files.readAllBytes(key));
  }

  /** Both passphrases from open descriptors of a pipe, of a process of its own. */
  @Test
  void passphrases_comeFromDescriptors() throws Exception {
    Path first = file("first", FIRST);
    makeKey("native", "insecure_n10_l12", now(first));
    byte[] secret = decrypted(FIRST);
    List<String> line =
        new ArrayList<>(
            List.of(
                "bash",
                "-c",
                "exec \"${@:3}\" 3< <(cat \"$1\") 5< <(cat \"$2\")",
                "bash",
                first.toString(),
                file("second", SECOND).toString()));
    line.addAll(
        CommandRun.line(
            owner.arguments(
                COMMAND, "--set", "paths.passphrase=/dev/fd/3", "--new-passphrase", "/dev/fd/5")));
    CommandRun run = CommandRun.process(line, Map.of(), root.resolve("log"));
    assertEquals(0, run.status(), run.output());
    assertTrue(run.output().contains("passphrase changed"), run.output());
    assertArrayEquals(secret, decrypted(SECOND));
    requireKeyAlone();
  }

  @Test
  void wrongInput_changesNothing() throws Exception {
    Path first = file("first", FIRST);
    Path second = file("second", SECOND);
    makeKey("native", "insecure_n10_l12", now(first));
    String next = "--new-passphrase=" + second;
    refused(
        78,
        "expected the passphrase of this secret key, actual another one",
        now(second, next + "x"));
    refused(78, "terminal or a file; actual \"\"", next);
    refused(
        78,
        "at least 12 bytes for a new passphrase",
        now(first, "--new-passphrase=" + file("s", "short")));
    refused(65, "none", now(first, "--new-passphrase=" + root.resolve("none")));
    refused(64, "--new-passphrase", now(first));
    refused(64, "--remove", now(first, next, "--remove"));
    refused(64, "expected another file or descriptor", now(first, "--new-passphrase=" + first));
    refused(64, "--remove removes a passphrase", now(first, "--new-passphrase="));
    Files.setPosixFilePermissions(second, PosixFilePermissions.fromString("rw-r--r--"));
    refused(78, "chmod 600 " + second, now(first, next));
    Files.setPosixFilePermissions(second, PosixFilePermissions.fromString("rw-------"));
    try (OwnerLock lock = OwnerLock.take(root.resolve("owner"))) {
      refused(73, "expected no other command that writes keys, data or models", now(first, next));
    }
    byte[] damaged = Files.readAllBytes(key);
    damaged[damaged.length - 1] ^= 1;
    Files.write(key, damaged);
    refused(78, "or the file was changed", now(first, next));
    Files.delete(key);
    refused(65, "expected a secret key, actual none", now(first, next));
  }

  @Test
  void keyInTheClear_isTakenOnlyWhole_andNotForOneUnderAPassphrase() throws Exception {
    makeKey("native", "insecure_n10_l12");
    Path first = file("first", FIRST);
    String next = "--new-passphrase=" + first;
    refused(78, "which has no passphrase", now(file("second", SECOND), next));
    byte[] damaged = Files.readAllBytes(key);
    damaged[100] ^= 1;
    Files.write(key, damaged);
    refused(65, "digest", next);
  }

  @Test
  void keyBehindALink_isReplacedWhereItIs() throws Exception {
    makeKey();
    Path elsewhere = Files.createDirectory(root.resolve("elsewhere")).resolve("my.key");
    Files.move(key, elsewhere);
    Files.createSymbolicLink(key, elsewhere);
    run(0, COMMAND, "--new-passphrase=" + file("first", FIRST));
    assertTrue(Files.isSymbolicLink(key));
    assertTrue(EncryptedSecretKey.isOne(Files.readAllBytes(elsewhere)));
    try (Stream<Path> files = Files.list(elsewhere.getParent())) {
      assertEquals(List.of(elsewhere), files.toList(), "the old file is gone");
    }
  }
}
