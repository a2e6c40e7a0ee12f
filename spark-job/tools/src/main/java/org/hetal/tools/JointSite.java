package org.hetal.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.PlanFile;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;

/**
 * The folders of a joint training, one per party, each with two settings files: one that all have
 * in common, and one of the party, whose paths are relative to its folder. What a party would send
 * to another is copied or written into the other's folder.
 */
final class JointSite {
  static final String COMMON = "common.conf";
  static final String OWN = "party.conf";
  static final String SECRET_KEY = "secret.key";
  static final String MODEL = "model";
  static final String CERTIFICATE = "oracle.pem";
  static final String TOKEN = "oracle.token";
  static final String EVALUATION = "evaluation.json";
  static final String PREPARATION = "preparation.json";

  private final Path shown;
  private final Path root;
  private final int owners;
  private final int port;

  /**
   * @param root folder of the demo
   * @param owners number of data owners
   * @param port of the oracle
   */
  JointSite(Path root, int owners, int port) {
    this.shown = root;
    this.root = root.toAbsolutePath().normalize();
    this.owners = owners;
    this.port = port;
  }

  /** {@return the folder with the secret key} */
  Path keyHolder() {
    return root.resolve("key-holder");
  }

  /** {@return what the key holder gives to everybody who asks} */
  Path published() {
    return root.resolve("published");
  }

  /**
   * {@return a data owner's folder}
   *
   * @param owner from 1
   */
  Path owner(int owner) {
    return root.resolve(name(owner));
  }

  /** {@return the cluster's folder} */
  Path cluster() {
    return root.resolve("cluster");
  }

  /** {@return the run directory} */
  Path run() {
    return cluster().resolve("run");
  }

  /** {@return the answers of the oracle} */
  Path oracleLog() {
    return keyHolder().resolve("private/oracle.jsonl");
  }

  /** {@return the file with all that the processes print, as a path for people} */
  Path log() {
    return shown.resolve("demo.log");
  }

  /** {@return the encrypted data set of an owner} */
  Path dataset(int owner) {
    return cluster().resolve(name(owner));
  }

  /** {@return the evaluation keys} */
  Path keys() {
    return cluster().resolve("keys");
  }

  /** {@return folders that may not have anything that decrypts} */
  List<Path> withoutSecrets() {
    List<Path> out = new ArrayList<>(List.of(published(), cluster()));
    IntStream.rangeClosed(1, owners).mapToObj(this::owner).forEach(out::add);
    return out;
  }

  private static String name(int owner) {
    return "owner-" + owner;
  }

  /** {@return the text of settings files, of which later ones win} */
  static String common(List<Path> files) {
    StringBuilder out = new StringBuilder();
    for (Path file : files) {
      try {
        out.append(Files.readString(file));
      } catch (IOException e) {
        throw FileReadException.of(file, e);
      }
    }
    return out.toString();
  }

  /**
   * Makes the folders with their settings and the owners' data.
   *
   * @param common HOCON that all parties have
   */
  void make(String common, CreditBanks banks) {
    write(keyHolder(), common, keyHolderSettings());
    write(cluster(), common, clusterSettings());
    for (int owner = 1; owner <= owners; owner++) {
      write(owner(owner), common, ownerSettings(owner));
      banks.write(owner, owner(owner).resolve("data"));
    }
  }

  private static void write(Path folder, String common, List<String> own) {
    LocalStorage storage = LocalStorage.ownerOnly(folder);
    storage.writeAtomically(COMMON, common.getBytes(StandardCharsets.UTF_8));
    storage.writeAtomically(OWN, (String.join("\n", own) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private List<String> keyHolderSettings() {
    return List.of(
        "# The key holder: has the secret key and no data.",
        "hetal {",
        "  paths {",
        "    secret-key = " + SECRET_KEY,
        "    private = private",
        "    plan = ../published/" + PlanFile.NAME,
        "    key-bundle = ../cluster/keys",
        "    run = ../cluster/run",
        "    model = " + MODEL,
        "  }",
        "  oracle {",
        "    port = " + port,
        "    certificate = ../cluster/" + CERTIFICATE,
        "    token-file = ../cluster/" + TOKEN,
        "    log = private/oracle.jsonl",
        "  }",
        "}");
  }

  private List<String> ownerSettings(int owner) {
    return List.of(
        "# A data owner: has its rows and what the key holder published.",
        "hetal {",
        "  data {",
        "    train { features = data/" + CreditBanks.Split.TRAIN.file() + " }",
        "    validation { features = data/" + CreditBanks.Split.VALIDATION.file() + " }",
        "    test { features = data/" + CreditBanks.Split.TEST.file() + " }",
        "  }",
        "  paths {",
        "    private = private",
        "    plan = published/" + PlanFile.NAME,
        "    dataset = ../cluster/" + name(owner),
        "    model = " + MODEL,
        "  }",
        "}");
  }

  private List<String> clusterSettings() {
    return List.of(
        "# The cluster: has ciphertexts and evaluation keys.",
        "hetal {",
        "  paths {",
        "    key-bundle = keys",
        "    dataset = [" + datasets() + "]",
        "    run = run",
        "  }",
        "  oracle {",
        "    port = " + port,
        "    certificate = " + CERTIFICATE,
        "    token-file = " + TOKEN,
        "  }",
        "}");
  }

  private String datasets() {
    return IntStream.rangeClosed(1, owners)
        .mapToObj(JointSite::name)
        .collect(Collectors.joining(", "));
  }

  /** Gives every owner what the key holder has published so far. */
  void publish() {
    for (int owner = 1; owner <= owners; owner++) {
      copy(published(), owner(owner).resolve("published"));
    }
  }

  /** Copies a file, or a folder and the files in it, over what is there. */
  static void copy(Path from, Path to) {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(target.toAbsolutePath().getParent());
          Files.copy(
              each,
              target,
              StandardCopyOption.REPLACE_EXISTING,
              StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    } catch (NoSuchFileException e) {
      throw FileReadException.of(from, e);
    } catch (IOException e) {
      throw FileWriteException.of(to, e);
    }
  }
}
