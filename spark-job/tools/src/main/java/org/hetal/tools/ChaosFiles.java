package org.hetal.tools;

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
import java.util.stream.Stream;
import org.hetal.dataset.Storage;

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

  /** Takes the second half of one file below a folder away. */
  static Path truncateOne(Path folder, SplittableRandom random) {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> files =
          all.filter(Files::isRegularFile)
              .filter(each -> each.toFile().length() > 1)
              .sorted()
              .toList();
      Path file = files.get(random.nextInt(files.size()));
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() / 2);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
