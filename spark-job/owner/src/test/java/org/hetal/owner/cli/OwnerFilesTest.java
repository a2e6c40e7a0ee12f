package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hetal.he.library.OwnerOnly;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.OwnerLock;
import org.hetal.owner.record.RecordStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may read what the owner keeps, and which files a command may replace or delete. */
class OwnerFilesTest {
  @TempDir Path root;
  private OwnerFolder owner;

  @BeforeEach
  void encrypt() throws Exception {
    owner = new OwnerFolder(root, "simulator", "insecure_simulator_n8_l12");
    run(0, "keygen");
    run(0, "encrypt");
  }

  private void run(int status, String command, String... more) {
    assertEquals(status, owner.hetal(command, more), owner.output);
  }

  private void refused(int status, String message, String command, String... more) {
    run(status, command, more);
    assertTrue(owner.output.contains(message), owner.output);
  }

  private RecordStore records() {
    return new RecordStore(root.resolve("owner"));
  }

  private DatasetRecord record() {
    return records().dataset(owner.dataset("cluster/dataset").id(), "test");
  }

  private void encryptRows(String rows) throws Exception {
    Files.writeString(root.resolve("new.csv"), rows);
    run(
        0,
        "encrypt",
        "--rows",
        root.resolve("new.csv").toString(),
        "--output",
        root.resolve("new").toString());
    owner.predict("new", "logits");
  }

  private String mode(String path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(path)));
  }

  @Test
  void everythingOfTheOwner_isForTheOwnerAlone() throws Exception {
    owner.train("cluster/dataset", "cluster/run", "first");
    run(0, "decrypt-model");
    encryptRows("1,0,0,0\n");
    try (Stream<Path> files = Files.walk(root.resolve("owner"))) {
      for (Path file : files.toList()) {
        String expected = Files.isDirectory(file) ? "rwx------" : "rw-------";
        assertEquals(expected, mode(root.relativize(file).toString()), file.toString());
      }
    }
  }

  /** Where the owner said, beside files of others. */
  @Test
  void results_areForTheOwnerAlone() throws Exception {
    owner.train("cluster/dataset", "cluster/run", "first");
    run(0, "decrypt-model");
    encryptRows("1,0,0,0\n");
    Path results = Files.createDirectory(root.resolve("results"));
    String logits = root.resolve("logits").toString();
    String csv = results.resolve("predictions.csv").toString();
    run(0, "decrypt-predictions", "--logits", logits, "--output", csv);
    String evaluation = results.resolve("evaluation.json").toString();
    run(0, "evaluate", "--json", evaluation);
    String[] clusters = {
      "--backend",
      "native",
      "-s",
      "parameters=n16_l14",
      "-s",
      "paths.plan=" + root + "/other.json",
      "--executors",
      "1",
      "--cores",
      "1",
      "--json",
      results.resolve("clusters.json").toString()
    };
    run(0, "plan", clusters);
    try (Stream<Path> files = Files.list(results)) {
      List<Path> all = files.sorted().toList();
      assertEquals(3, all.size(), all.toString());
      for (Path file : all) {
        assertEquals("rw-------", mode(root.relativize(file).toString()), file.toString());
      }
    }
  }

  /** The kernel tells which names were made. */
  @Test
  void temporaryNameOfTheSecretKey_cannotBeForeseen() throws Exception {
    Path passphrase = Files.createFile(root.resolve("passphrase"), OwnerOnly.file());
    Files.writeString(passphrase, "correct horse battery");
    for (String setting : List.of("", passphrase.toString())) {
      Path folder = Files.createTempDirectory(root, "folder");
      Path key = folder.resolve("secret.key");
      Set<String> names = new TreeSet<>();
      try (WatchService watch = folder.getFileSystem().newWatchService()) {
        folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        String[] settings = {
          "--set", "paths.secret-key=" + key,
          "--set", "paths.key-bundle=" + folder.resolve("keys/bundle"),
          "--set", "paths.passphrase=" + setting
        };
        run(0, "keygen", settings);
        while (!names.contains("secret.key")) {
          WatchKey next = watch.poll(10, TimeUnit.SECONDS);
          assertTrue(next != null, names.toString());
          next.pollEvents().forEach(event -> names.add(event.context().toString()));
          next.reset();
        }
      }
      names.removeAll(List.of("secret.key", "keys"));
      assertEquals(1, names.size(), names.toString());
      String name = names.iterator().next();
      assertTrue(name.matches("\\.secret\\.key\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), name);
      assertFalse(Files.exists(folder.resolve(name)));
    }
  }

  @Test
  void secretKeyReadableByOthers_isRefused() throws Exception {
    Path key = root.resolve("owner/secret.key");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
    for (String command : List.of("encrypt", "keygen", "oracle")) {
      refused(
          78,
          "secret.key: expected a file that only its owner may read, mode rw-------, actual rw-r-----; chmod 600 "
              + key,
          command);
    }
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
    run(0, "encrypt");
  }

  @Test
  void recordReadableByOthers_isRefused() throws Exception {
    Path file = root.resolve("owner/datasets").resolve(record().id() + ".json");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    refused(78, "chmod 600 " + file, "oracle");
  }

  @Test
  void foreignFiles_areNeverDeleted() throws Exception {
    Path bundle = root.resolve("cluster/keys");
    Files.delete(bundle.resolve("manifest"));
    Files.writeString(bundle.resolve("notes.txt"), "mine");
    refused(73, "actual notes.txt; kept", "keygen");
    Files.move(bundle.resolve("notes.txt"), bundle.resolve("secret.key"));
    refused(73, "actual secret.key; kept", "keygen");
    Path dataset = root.resolve("cluster/dataset");
    Files.delete(dataset.resolve("manifest.json"));
    Files.writeString(dataset.resolve("train/notes.txt"), "mine");
    refused(73, "actual train/notes.txt; kept", "encrypt");
    assertTrue(Files.exists(dataset.resolve("train/group-00000")));
  }

  @Test
  void unfinishedDataSetBehindALink_isWrittenAnew() throws Exception {
    Path dataset = root.resolve("cluster/dataset");
    Files.move(dataset, root.resolve("disk"));
    Files.createSymbolicLink(dataset, root.resolve("disk"));
    Files.delete(root.resolve("disk/manifest.json"));
    Files.createDirectories(root.resolve("disk/lost+found"));
    run(0, "encrypt");
    assertTrue(Files.isSymbolicLink(dataset) && Files.exists(root.resolve("disk/manifest.json")));
    assertTrue(Files.isDirectory(root.resolve("disk/lost+found")));
  }

  @Test
  void twoCommandsAtATime_doNotWriteForOneOwner() {
    try (OwnerLock lock = OwnerLock.take(root.resolve("owner"))) {
      for (String command : List.of("keygen", "encrypt", "decrypt-model")) {
        refused(73, "expected no other command that writes keys, data or models", command);
      }
    }
    run(0, "keygen");
  }
}
