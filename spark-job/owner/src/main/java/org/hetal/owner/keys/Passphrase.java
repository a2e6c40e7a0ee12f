package org.hetal.owner.keys;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.he.FileReadException;
import org.hetal.he.library.OwnerOnly;

/**
 * The passphrase of a secret key, from where {@code paths.passphrase} says: the terminal, or a file
 * or descriptor. It is never an argument, a variable of the environment or a setting.
 */
public final class Passphrase {
  /** Fewer bytes are refused for a new key. */
  static final int LEAST_BYTES = 12;

  private static final String SETTING = "paths.passphrase";
  private static final String TERMINAL = "terminal";
  private static final int MOST_BYTES = 1024;
  private static final int MOST_BYTES_PER_CHAR = 3;

  private final String source;
  private final Function<String, char[]> terminal;

  private Passphrase(String source, Function<String, char[]> terminal) {
    this.source = source;
    this.terminal = terminal;
  }

  /** As the settings say. */
  public static Passphrase of(Settings settings) {
    return from(settings.paths().passphrase());
  }

  /**
   * From where a text says.
   *
   * @param source as {@code paths.passphrase}; empty for a key without one
   */
  public static Passphrase from(String source) {
    return of(source, Passphrase::ask);
  }

  /**
   * @param terminal asks for a line without echo; null at the end of the input
   */
  static Passphrase of(String source, Function<String, char[]> terminal) {
    return new Passphrase(source, terminal);
  }

  /** {@return whether keys have a passphrase} */
  public boolean isUsed() {
    return !source.isEmpty();
  }

  /**
   * The passphrase of a key that exists.
   *
   * @param key its file, for the question
   * @return UTF-8 bytes, which the caller overwrites
   * @throws SettingsException when there is no terminal, the input ends, or the passphrase is empty
   *     or longer than 1024 bytes
   * @throws org.hetal.he.HeSecurityException when others may read the file of the passphrase
   */
  public byte[] read(Path key) {
    return source.equals(TERMINAL) ? typed("Passphrase of " + key + ": ") : fromFile();
  }

  /**
   * A new passphrase; on a terminal it is asked twice. Otherwise as {@link #read}.
   *
   * @throws SettingsException also when both differ, or it has fewer than 12 bytes
   */
  public byte[] readNew(Path key) {
    byte[] first = source.equals(TERMINAL) ? typed("New passphrase of " + key + ": ") : fromFile();
    if (first.length < LEAST_BYTES) {
      Arrays.fill(first, (byte) 0);
      throw refused("at least " + LEAST_BYTES + " bytes for a new passphrase", "fewer");
    }
    if (source.equals(TERMINAL)) {
      requireSameAgain(first);
    }
    return first;
  }

  /** Overwrites the first passphrase unless it is typed again. */
  private void requireSameAgain(byte[] first) {
    boolean same = false;
    try {
      byte[] second = typed("The same again: ");
      same = Arrays.equals(first, second);
      Arrays.fill(second, (byte) 0);
    } finally {
      if (!same) {
        Arrays.fill(first, (byte) 0);
      }
    }
    if (!same) {
      throw refused("the same passphrase twice", "two");
    }
  }

  private static char[] ask(String question) {
    Console console = System.console();
    if (console == null) {
      throw refused(
          "a terminal", "none; name a file of mode 0600, or /dev/fd/N for an open descriptor");
    }
    return console.readPassword("%s", question);
  }

  private byte[] typed(String question) {
    char[] line = terminal.apply(question);
    if (line == null) {
      throw refused("a line", "the end of the input");
    }
    // Charset.encode would leave a copy behind when its buffer is too small.
    ByteBuffer encoded = ByteBuffer.allocate(MOST_BYTES_PER_CHAR * line.length);
    CharsetEncoder encoder =
        StandardCharsets.UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    encoder.encode(CharBuffer.wrap(line), encoded, true);
    encoder.flush(encoded);
    Arrays.fill(line, '\0');
    return taken(encoded.array(), encoded.position());
  }

  private byte[] fromFile() {
    Path file = LocalPath.of(SETTING, source);
    byte[] first = new byte[MOST_BYTES + 2];
    int end = 0;
    try (InputStream in = Files.newInputStream(file)) {
      if (Files.isRegularFile(file)) {
        OwnerOnly.require(file);
      }
      end = in.readNBytes(first, 0, first.length);
    } catch (IOException e) {
      Arrays.fill(first, (byte) 0);
      throw FileReadException.of(file, e);
    }
    int length = 0;
    while (length < end && first[length] != '\n' && first[length] != '\r') {
      length++;
    }
    return taken(first, length);
  }

  /** Overwrites the buffer. */
  private static byte[] taken(byte[] buffer, int length) {
    try {
      if (length == 0 || length > MOST_BYTES) {
        throw refused("1 to " + MOST_BYTES + " bytes on the first line", "other");
      }
      return Arrays.copyOf(buffer, length);
    } finally {
      Arrays.fill(buffer, (byte) 0);
    }
  }

  private static SettingsException refused(String expected, String actual) {
    return new SettingsException(
        SETTING + ": passphrase of the secret key: expected " + expected + ", actual " + actual);
  }
}
