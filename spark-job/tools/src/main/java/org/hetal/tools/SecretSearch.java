package org.hetal.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.hetal.he.FileReadException;

/**
 * Looks for a secret key in a folder: by the names of files, by the first bytes of a secret key
 * file anywhere in a file, and by bytes of the key itself anywhere in a file.
 */
final class SecretSearch {
  /** Of a secret key in the clear and under a passphrase; he-native/docs/formats.md. */
  private static final List<String> MAGICS = List.of("HETALSEC", "HETALPWD");

  /** Fields of a secret key file that other files have, too, or that are public. */
  private static final int HEADER = 8 + 4 + 32 + 16 + 32;

  private static final int SAMPLE = 64;
  private static final int BUFFER = 1 << 20;

  private final List<Pattern> patterns = new ArrayList<>();

  private record Pattern(String name, byte[] bytes) {}

  /**
   * @param secretKey the file of the key whose bytes are looked for, in the clear
   */
  SecretSearch(Path secretKey) {
    for (String magic : MAGICS) {
      patterns.add(new Pattern(magic, magic.getBytes(StandardCharsets.US_ASCII)));
    }
    try {
      byte[] key = Files.readAllBytes(secretKey);
      if (key.length < HEADER + SAMPLE) {
        throw new DemoException(
            secretKey
                + ": expected at least "
                + (HEADER + SAMPLE)
                + " bytes, actual "
                + key.length);
      }
      patterns.add(
          new Pattern("bytes of the secret key", Arrays.copyOfRange(key, HEADER, HEADER + SAMPLE)));
    } catch (IOException e) {
      throw FileReadException.of(secretKey, e);
    }
  }

  /**
   * Reads every file below a folder.
   *
   * @return one line per file that decrypts: what it is and where
   */
  List<String> findings(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .sorted()
          .flatMap(file -> findingsIn(file).stream())
          .toList();
    } catch (UncheckedIOException e) {
      throw FileReadException.of(folder, e.getCause());
    } catch (IOException e) {
      throw FileReadException.of(folder, e);
    }
  }

  private List<String> findingsIn(Path file) {
    List<String> out = new ArrayList<>();
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.contains("secret")) {
      out.add(file + ": the name of a secret");
    }
    for (Pattern pattern : patternsIn(file)) {
      out.add(file + ": " + pattern.name());
    }
    return out;
  }

  private List<Pattern> patternsIn(Path file) {
    List<Pattern> missing = new ArrayList<>(patterns);
    List<Pattern> found = new ArrayList<>();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      int kept = 0; // the end of the last buffer, in which a pattern may begin
      for (int read = 1; read > 0; ) {
        read = in.readNBytes(buffer, kept, buffer.length - kept);
        int filled = kept + read;
        missing.removeIf(
            pattern -> contains(buffer, filled, pattern.bytes()) && found.add(pattern));
        kept = Math.min(SAMPLE - 1, filled);
        System.arraycopy(buffer, filled - kept, buffer, 0, kept);
      }
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
    return found;
  }

  private static boolean contains(byte[] buffer, int filled, byte[] wanted) {
    for (int at = 0; at <= filled - wanted.length; at++) {
      if (buffer[at] == wanted[0]
          && Arrays.equals(buffer, at, at + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }
}
