package org.hetal.owner.table;

import java.util.Arrays;

/** Tells what a file is by its first bytes, whatever its name is. */
public final class FileContent {
  /** Bytes that {@link #isNpy} and the others look at. */
  public static final int HEAD = 8;

  private FileContent() {}

  public static boolean isGzip(byte[] head) {
    return starts(head, 0x1f, 0x8b);
  }

  public static boolean isNpy(byte[] head) {
    return starts(head, 0x93, 'N', 'U', 'M', 'P', 'Y');
  }

  public static boolean isZip(byte[] head) {
    return starts(head, 'P', 'K', 3, 4) || starts(head, 'P', 'K', 5, 6);
  }

  /** What a file is that is not the text it should be; null when nothing speaks against text. */
  public static String binaryKind(byte[] head) {
    if (isNpy(head)) {
      return "a NumPy array; rename the file to .npy";
    }
    if (isZip(head)) {
      return "a zip archive, such as .xlsx or .npz; save a spreadsheet as CSV (UTF-8), or rename"
          + " NumPy's archive to .npz";
    }
    if (starts(head, 'P', 'A', 'R', '1')) {
      return "a Parquet file; rename the file to .parquet";
    }
    if (starts(head, 0xd0, 0xcf, 0x11, 0xe0)) {
      return "an old Excel or Office file; save it as CSV (UTF-8)";
    }
    if (starts(head, 'B', 'Z', 'h')
        || starts(head, 0xfd, '7', 'z', 'X', 'Z')
        || starts(head, 0x28, 0xb5, 0x2f, 0xfd)) {
      return "compressed with bzip2, xz or zstd; decompress it, or compress it with gzip";
    }
    if (starts(head, 0xff, 0xfe) || starts(head, 0xfe, 0xff)) {
      return "UTF-16 text; save it as UTF-8, in Excel as CSV UTF-8";
    }
    for (byte b : head) {
      if (b == 0) {
        return "bytes of zero, as in UTF-16 text or a binary file; save it as UTF-8 text";
      }
    }
    return null;
  }

  private static boolean starts(byte[] head, int... magic) {
    byte[] bytes = new byte[magic.length];
    for (int i = 0; i < magic.length; i++) {
      bytes[i] = (byte) magic[i];
    }
    return head.length >= bytes.length
        && Arrays.equals(head, 0, bytes.length, bytes, 0, bytes.length);
  }
}
