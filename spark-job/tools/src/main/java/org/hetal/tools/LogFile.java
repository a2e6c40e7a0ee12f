package org.hetal.tools;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.hetal.he.FileWriteException;
import org.hetal.he.library.OwnerOnly;

/** Files with what processes print. Those of the data owner print accuracies and losses. */
final class LogFile {
  private LogFile() {}

  /**
   * Adds to a file. A new one gets mode 0600, its folder the usual mode.
   *
   * @param log one that is there keeps its mode
   * @param text added in UTF-8; empty: the file is made
   * @throws FileWriteException when it cannot be written
   */
  static void append(Path log, String text) {
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      Set<StandardOpenOption> options =
          Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      try (FileChannel channel = FileChannel.open(log, options, OwnerOnly.file());
          OutputStream out = Channels.newOutputStream(channel)) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw FileWriteException.of(log, e);
    }
  }
}
