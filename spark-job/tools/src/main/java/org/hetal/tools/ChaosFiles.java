package org.hetal.tools;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Storage;
import org.hetal.format.Digests;

/** The files of a run, and what is done to files of this machine. */
final class ChaosFiles {
  private ChaosFiles() {}

  /** SHA-256 over names and bytes of the encrypted model of a run. */
  static String modelDigest(Storage run) {
    return digest(run, path -> path.startsWith("model/") && path.endsWith(".ct"));
  }

  /** SHA-256 over names and bytes of all files of a run. */
  static String digest(Storage run) {
    return digest(run, path -> true);
  }

  private static String digest(Storage run, Predicate<String> wanted) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String path : run.walk().stream().filter(wanted).toList()) {
        digest.update(path.getBytes(StandardCharsets.UTF_8));
        digest.update(run.read(path));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The folder of the newest checkpoint that is complete; the newest names sort last. */
  static Optional<Path> newestCheckpoint(Path run) {
    Path checkpoints = run.resolve("checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(checkpoints)) {
      return all.filter(each -> Files.exists(each.resolve("manifest.json")))
          .max(Comparator.comparing(each -> each.getFileName().toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes of the newest checkpoint that is complete; 0: there is none. */
  static long bytesOfACheckpoint(Path run) {
    Optional<Path> newest = newestCheckpoint(run);
    if (newest.isEmpty()) {
      return 0;
    }
    try (Stream<Path> all = Files.list(newest.get())) {
      return all.mapToLong(each -> each.toFile().length()).sum();
    } catch (IOException e) { // deleted meanwhile: there is a newer one
      return bytesOfACheckpoint(run);
    }
  }

  /**
   * What is wrong with the checkpoints that have a manifest: a file that is not there, or has other
   * bytes than the manifest says. Empty: nothing.
   */
  static String damageOfCheckpoints(Path run) {
    LocalStorage storage = new LocalStorage(run);
    for (String path : storage.walk()) {
      if (!path.startsWith("checkpoints/") || !path.endsWith("/manifest.json")) {
        continue;
      }
      JsonNode manifest = Parties.read(run.resolve(path));
      for (String list : List.of("weights", "lookahead", "best")) {
        for (JsonNode file : manifest.findPath(list)) {
          try {
            byte[] bytes = storage.read(file.path("path").asText());
            if (!Digests.sha256(bytes).equals(file.path("sha256").asText())) {
              return path + " counts, but has other bytes in " + file;
            }
          } catch (DatasetException e) {
            return path + " counts, but lacks " + file;
          }
        }
      }
    }
    return "";
  }

  /** The line of a log that says what of the run could not be written, why, and what to do. */
  static Optional<String> lastLineOnFullDisk(Path log, String run) {
    Pattern inRun = Pattern.compile(Pattern.quote(run) + "[/:]");
    try {
      return Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
          .filter(line -> inRun.matcher(line).find())
          .filter(line -> line.contains("No space left on device"))
          .filter(line -> line.contains("give it room"))
          .reduce((first, second) -> second);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A field of the lock of a run; empty: it has none. */
  static String lockField(Storage run, String name) {
    return new String(run.read("run.lock"), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith(name + "="))
        .map(line -> line.substring(name.length() + 1))
        .findFirst()
        .orElse("");
  }

  /** Copies a folder, if it is there. */
  static void copy(Path from, Path to) {
    if (!Files.isDirectory(from)) {
      return;
    }
    try {
      FileUtils.copyDirectory(from.toFile(), to.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Takes the second half of one file below a folder away. Empty: there is no file, or no folder.
   */
  static Optional<Path> truncateOne(Path folder, SplittableRandom random) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> files =
          all.filter(Files::isRegularFile)
              .filter(each -> each.toFile().length() > 1)
              .sorted()
              .toList();
      if (files.isEmpty()) {
        return Optional.empty();
      }
      Path file = files.get(random.nextInt(files.size()));
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() / 2);
      }
      return Optional.of(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
