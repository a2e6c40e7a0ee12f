package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hetal.he.library.OwnerOnly;
import org.hetal.oracle.ClusterCredentials;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * No secret is in what the owner's commands print, in the arguments of their processes, or in a
 * file that is not for it.
 */
@Tag("slow")
@Timeout(300)
class UnsaidSecretsTest {
  private static final String PASSPHRASE = "correct horse battery";
  private static final String SEED = "7316480259173204861";

  /** Of a secret key file before the polynomials; he-native/docs/formats.md. */
  private static final int HEADER = 92;

  private static final int WINDOW = 24;

  @TempDir Path root;
  private OwnerFolder owner;
  private final Map<String, String> forms = new LinkedHashMap<>(); // in ISO 8859-1, with names
  private final Set<String> arguments = new TreeSet<>();
  private final Path said = Path.of("said.log");

  private Path log() {
    return root.resolve(said);
  }

  /** Starts a command as a process of its own; its output goes to the end of the log. */
  private Process start(String command, String... more) throws Exception {
    return new ProcessBuilder(CommandRun.line(owner.arguments(command, more)))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
        .start();
  }

  private void run(String command, String... more) throws Exception {
    Process process = start(command, more);
    while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
      look(process.toHandle());
    }
    assertEquals(0, process.exitValue(), output());
  }

  /** The arguments of a process and of those that it has started. */
  private void look(ProcessHandle process) {
    Stream.concat(Stream.of(process), process.descendants())
        .forEach(
            each -> {
              try {
                Path line = Path.of("/proc/" + each.pid() + "/cmdline");
                arguments.add(Files.readString(line, StandardCharsets.ISO_8859_1));
              } catch (IOException e) {
                // It has ended.
              }
            });
  }

  private String output() throws IOException {
    return Files.readString(log(), StandardCharsets.ISO_8859_1);
  }

  private void secret(String name, byte[] bytes) {
    forms.put(name, new String(bytes, StandardCharsets.ISO_8859_1));
    forms.put(name + " in hex", HexFormat.of().formatHex(bytes));
    forms.put(name + " in HEX", HexFormat.of().withUpperCase().formatHex(bytes));
    // Three bytes are four digits: the bytes may begin at each of them.
    for (int at = 0; at < 3; at++) {
      byte[] groups = Arrays.copyOfRange(bytes, at, at + (bytes.length - at) / 3 * 3);
      forms.put(name + " in base64 from " + at, Base64.getEncoder().encodeToString(groups));
      forms.put(name + " in base64url from " + at, Base64.getUrlEncoder().encodeToString(groups));
    }
  }

  private void secret(String name, String text) {
    secret(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The names of the secrets in a text or file. */
  private List<String> found(byte[] content) {
    String text = new String(content, StandardCharsets.ISO_8859_1);
    return forms.entrySet().stream()
        .filter(form -> text.contains(form.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private List<String> found(String file) throws IOException {
    return found(Files.readAllBytes(root.resolve(file)));
  }

  @Test
  void noSecret_isSaidOrInAnArgumentOrInAnotherFile() throws Exception {
    owner = new OwnerFolder(root, "native", "insecure_n10_l12");
    Files.writeString(
        owner.conf,
        "hetal.insecure-seed = " + SEED + "\nhetal.oracle.port = 0\n",
        StandardOpenOption.APPEND);
    Path passphrase = Files.createFile(root.resolve("passphrase"), OwnerOnly.file());
    Files.writeString(passphrase, PASSPHRASE + "\n");
    run("plan");
    run("keygen");
    run("encrypt");
    byte[] key = Files.readAllBytes(root.resolve("owner/secret.key"));
    owner.train("cluster/dataset", "cluster/run", "default");
    run("decrypt-model");
    run("evaluate");
    Process oracle = start("oracle");
    while (!output().contains("listening on")) {
      assertTrue(oracle.isAlive(), output());
      Thread.sleep(50);
    }
    look(oracle.toHandle());
    oracle.destroy();
    assertTrue(oracle.waitFor(60, TimeUnit.SECONDS), "still running");
    run("change-passphrase", "--new-passphrase", passphrase.toString());
    run("decrypt-model", "--set", "paths.passphrase=" + passphrase);

    for (int at = HEADER; at + WINDOW <= HEADER + 256; at += 4 * WINDOW) {
      secret("key from byte " + at, Arrays.copyOfRange(key, at, at + WINDOW));
    }
    String token =
        ClusterCredentials.decode(Files.readAllBytes(root.resolve("cluster/oracle.token"))).token();
    secret("token", token);
    secret("bytes of the token", HexFormat.of().parseHex(token));
    secret("passphrase", PASSPHRASE);
    secret("seed", SEED);
    byte[] seed = new BigInteger(SEED).toByteArray();
    secret("bytes of the seed", seed);
    for (int i = 0; i < seed.length / 2; i++) {
      byte low = seed[i];
      seed[i] = seed[seed.length - 1 - i];
      seed[seed.length - 1 - i] = low;
    }
    secret("bytes of the seed, lowest first", seed);

    // The search finds them where they are.
    assertEquals(3, found(key).stream().filter(name -> name.matches("key.*byte \\d+")).count());
    assertNotEquals(List.of(), found("cluster/oracle.token"));
    assertNotEquals(List.of(), found("owner/oracle.identity"));
    assertEquals(List.of("seed"), found("owner.conf"));
    assertEquals(List.of("passphrase"), found("passphrase"));
    assertTrue(found(Base64.getEncoder().encode(key)).size() >= 3);
    assertTrue(arguments.stream().anyMatch(line -> line.contains("keygen")), arguments.toString());
    assertTrue(arguments.stream().anyMatch(line -> line.contains("oracle")), arguments.toString());

    assertEquals(List.of(), found("said.log"), output());
    for (String line : arguments) {
      assertEquals(List.of(), found(line.getBytes(StandardCharsets.ISO_8859_1)), line);
    }
    List<String> others = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString().toLowerCase(Locale.ROOT);
        if (!name.matches("owner\\.conf|passphrase|.*/oracle\\.(token|identity)")
            && !found(Files.readAllBytes(file)).isEmpty()) {
          others.add(name + ": " + found(Files.readAllBytes(file)));
        }
      }
    }
    assertEquals(List.of(), others);
  }
}
