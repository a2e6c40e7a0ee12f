package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.he.library.OwnerOnly;
import org.hetal.he.openfhe.OpenFhe;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The owner's commands with a secret key that is encrypted under a passphrase. */
class PassphraseCommandTest {
  private static final String PASSPHRASE = "correct horse battery";

  @TempDir Path root;
  private OwnerFolder owner;

  private String set(String name, String passphrase) throws Exception {
    Path file = root.resolve(name);
    Files.deleteIfExists(file);
    Files.createFile(file, OwnerOnly.file());
    Files.writeString(file, passphrase + "\n");
    return "paths.passphrase=" + file;
  }

  private void run(int status, String command, String... more) {
    assertEquals(status, owner.hetal(command, more), owner.output);
    assertFalse(owner.output.contains(PASSPHRASE), owner.output);
    if (status != 0) {
      long lines = owner.output.lines().filter(line -> line.startsWith("hetal " + command)).count();
      assertEquals(1, lines, owner.output);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "native, backend, insecure_n10_l12, HETALSEC",
    "native, openfhe, insecure_n10_l12, insecure_n10_l12",
    "openfhe, backend, insecure_openfhe_n10_l13, insecure_openfhe_n10_l13",
    "simulator, backend, insecure_simulator_n8_l12, hetal insecure simulator key",
  })
  void keyUnderAPassphrase_isMadeAndUsed(
      String backend, String client, String parameters, String beginOfAKeyInTheClear)
      throws Exception {
    Assumptions.assumeTrue(
        !(backend + client).contains("openfhe") || OpenFhe.isAvailable(), "needs OpenFHE");
    owner = new OwnerFolder(root, backend, parameters);
    String client0 = "client=" + client;
    String right = set("passphrase", PASSPHRASE);
    run(0, "keygen", "--set", client0, "--set", right);
    Path key = root.resolve("owner/secret.key");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    String content = Files.readString(key, StandardCharsets.ISO_8859_1);
    assertTrue(content.startsWith("HETALPWD"));
    assertFalse(content.contains(beginOfAKeyInTheClear));
    run(0, "encrypt", "--set", client0, "--set", right);

    run(78, "encrypt", "--set", client0, "--set", set("wrong", PASSPHRASE + "!"));
    assertTrue(
        owner.output.contains(
            "secret.key: expected the passphrase of this secret key, actual another one"),
        owner.output);
    run(78, "encrypt", "--set", client0);
    assertTrue(owner.output.contains("terminal or a file; actual \"\""), owner.output);
    assertEquals(content, Files.readString(key, StandardCharsets.ISO_8859_1), "kept as it was");
    try (Stream<Path> files = Files.list(key.getParent())) {
      List<Path> ofTheKey =
          files.filter(file -> file.getFileName().toString().contains("secret")).toList();
      assertEquals(List.of(key), ofTheKey, "nothing else of the key is on the disk");
    }
  }

  @Test
  void keyInTheClear_isNotTakenForOneUnderAPassphrase() throws Exception {
    owner = new OwnerFolder(root, "simulator", "insecure_simulator_n8_l12");
    run(0, "keygen");
    run(78, "encrypt", "--set", set("passphrase", PASSPHRASE));
    assertTrue(owner.output.contains("which has no passphrase"), owner.output);
  }

  @Test
  void shortPassphraseOrNoTerminal_makesNoKey() throws Exception {
    owner = new OwnerFolder(root, "simulator", "insecure_simulator_n8_l12");
    run(78, "keygen", "--set", set("passphrase", "short"));
    assertTrue(owner.output.contains("at least 12 bytes"), owner.output);
    assertFalse(Files.exists(root.resolve("owner/secret.key")));
    Assumptions.assumeTrue(System.console() == null);
    run(78, "keygen", "--set", "paths.passphrase=terminal");
    assertTrue(owner.output.contains("expected a terminal, actual none"), owner.output);
    assertFalse(Files.exists(root.resolve("owner/secret.key")));
  }
}
