package org.hetal.owner.table.text;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Decompresses a gzip file of one or more members to its last byte. {@link GZIPInputStream} treats
 * an incomplete header after a member as the end of the file, so rows of a truncated file would be
 * lost without an error. This class refuses such a file.
 */
final class WholeGzip extends GZIPInputStream {
  private static final int BUFFER = 1 << 16;
  private static final int TRAILER = 8;

  private final Path file;
  private final Counted raw;
  private long filled;

  private WholeGzip(Path file, Counted raw) throws IOException {
    super(raw, BUFFER);
    this.file = file;
    this.raw = raw;
  }

  /** Opens the file; its stream is closed when its header cannot be read. */
  static InputStream open(Path file) throws IOException {
    Counted raw = new Counted(Files.newInputStream(file));
    try {
      return new WholeGzip(file, raw);
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  @Override
  protected void fill() throws IOException {
    super.fill();
    filled = raw.count;
  }

  @Override
  public int read(byte[] out, int offset, int length) throws IOException {
    int read = super.read(out, offset, length);
    if (read < 0) {
      long end = filled - inf.getRemaining() + TRAILER;
      if (end < Files.size(file)) {
        throw new EOFException(
            (Files.size(file) - end) + " bytes follow the last whole gzip member");
      }
    }
    return read;
  }

  private static final class Counted extends FilterInputStream {
    private long count;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] out, int offset, int length) throws IOException {
      int read = super.read(out, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }
}
