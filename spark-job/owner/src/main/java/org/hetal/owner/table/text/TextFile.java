package org.hetal.owner.table.text;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipException;
import org.hetal.he.IoReason;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.FileContent;

/**
 * Text files of data: UTF-8 with or without a byte order mark, plain or gzipped. Gzip is recognised
 * by its first bytes, not by the name. Other encodings and binary files are refused; the message
 * names the format.
 */
final class TextFile {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private TextFile() {}

  /**
   * Opens the file behind its byte order mark.
   *
   * @throws DataException when it is no text
   * @throws IOException when it cannot be read
   */
  static BufferedReader open(Path file) throws IOException {
    PushbackInputStream in = new PushbackInputStream(decompressed(file), FileContent.HEAD);
    try {
      byte[] head = in.readNBytes(FileContent.HEAD);
      String binary = FileContent.binaryKind(head);
      if (binary != null) {
        throw new DataException(file + ": expected UTF-8 text, actual " + binary);
      }
      int skipped = startsWithMark(head) ? BYTE_ORDER_MARK.length : 0;
      in.unread(head, skipped, head.length - skipped);
      return new BufferedReader(
          new InputStreamReader(
              in,
              StandardCharsets.UTF_8
                  .newDecoder()
                  .onMalformedInput(CodingErrorAction.REPORT)
                  .onUnmappableCharacter(CodingErrorAction.REPORT)),
          1 << 16);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /**
   * The refusal for a failure while the text is read.
   *
   * @param line the last that was read; 0: none
   */
  static DataException unreadable(Path file, long line, IOException e) {
    String near = line > 0 ? " after line " + line : "";
    if (e instanceof CharacterCodingException) {
      return new DataException(
          file
              + near
              + ": expected UTF-8 text, actual other bytes; save it as UTF-8, in Excel as CSV UTF-8",
          e);
    }
    if (e instanceof EOFException || e instanceof ZipException) {
      return new DataException(
          file
              + near
              + ": expected whole gzip data, actual damaged or cut: "
              + IoReason.of(e)
              + "; copy the file again",
          e);
    }
    return new DataException(file + near + ": cannot be read: " + IoReason.of(e), e);
  }

  private static InputStream decompressed(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(FileContent.HEAD);
    }
    return FileContent.isGzip(head) ? WholeGzip.open(file) : Files.newInputStream(file);
  }

  private static boolean startsWithMark(byte[] head) {
    return head.length >= BYTE_ORDER_MARK.length
        && head[0] == BYTE_ORDER_MARK[0]
        && head[1] == BYTE_ORDER_MARK[1]
        && head[2] == BYTE_ORDER_MARK[2];
  }
}
