package org.hetal.oracle;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.format.Digests;

/**
 * The cluster's request after each epoch, as bytes: {@code HEJQ}, a version, the length of a JSON
 * header, the header, then the ciphertexts one after the other. Integers have 32 bits, big endian.
 * The header holds the run, the epoch, and length and SHA-256 of each ciphertext.
 *
 * @param run the training
 * @param epoch from 1
 * @param ciphertexts one of validation logits per group, in the order of the data set; or one, the
 *     validation loss
 */
public record ValidationRequest(RunIdentity run, int epoch, List<byte[]> ciphertexts) {
  /** Where to POST it. */
  public static final String PATH = "/v4/decision";

  /** Its content type. */
  public static final String CONTENT_TYPE = "application/octet-stream";

  private static final int MAGIC = 0x48454a51;
  private static final int VERSION = 2;
  private static final int MAX_HEADER = 1 << 20;
  private static final int MAX_CIPHERTEXTS = 4096;

  private record Header(RunIdentity run, int epoch, List<Integer> bytes, List<String> sha256) {}

  /** {@return the bytes to send, those of the ciphertexts and a header of less than 1 MiB} */
  public byte[] encode() {
    Header header =
        new Header(
            run,
            epoch,
            ciphertexts.stream().map(c -> c.length).toList(),
            ciphertexts.stream().map(Digests::sha256).toList());
    byte[] json = Messages.encode(header);
    long total = 12L + json.length + ciphertexts.stream().mapToLong(c -> c.length).sum();
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(total));
    out.putInt(MAGIC).putInt(VERSION).putInt(json.length).put(json);
    ciphertexts.forEach(out::put);
    return out.array();
  }

  /**
   * Reads a request and checks the digest of each ciphertext.
   *
   * @param bytes the body
   * @return the request
   * @throws IllegalArgumentException when the bytes are not a request; the message says why
   */
  public static ValidationRequest decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    require(bytes.length >= 12, "at least 12 bytes", bytes.length);
    int magic = in.getInt();
    require(
        magic == MAGIC,
        String.format(Locale.ROOT, "magic %08x", MAGIC),
        String.format(Locale.ROOT, "%08x", magic));
    int version = in.getInt();
    require(version == VERSION, "version " + VERSION, version);
    int length = in.getInt();
    int most = Math.min(MAX_HEADER, in.remaining());
    require(length >= 0 && length <= most, "a header of at most " + most + " bytes", length);
    Header header = header(bytes, length);
    in.position(12 + length);
    int count = header.bytes().size();
    require(
        count >= 1 && count <= MAX_CIPHERTEXTS, "1 to " + MAX_CIPHERTEXTS + " ciphertexts", count);
    require(header.sha256().size() == count, count + " digests", header.sha256().size());
    List<byte[]> ciphertexts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Integer size = header.bytes().get(i);
      require(
          size != null && size > 0 && size <= in.remaining(),
          "1 to " + in.remaining() + " bytes in ciphertext " + i,
          size);
      byte[] ciphertext = new byte[size];
      in.get(ciphertext);
      String stated = header.sha256().get(i);
      require(
          stated != null && stated.matches("[0-9a-f]{64}"),
          "64 hexadecimal digits as SHA-256 of ciphertext " + i,
          "others");
      String digest = Digests.sha256(ciphertext);
      require(digest.equals(stated), "SHA-256 " + stated + " of ciphertext " + i, digest);
      ciphertexts.add(ciphertext);
    }
    require(!in.hasRemaining(), "no bytes after the last ciphertext", in.remaining());
    require(header.epoch() >= 1, "an epoch from 1", header.epoch());
    return new ValidationRequest(header.run(), header.epoch(), List.copyOf(ciphertexts));
  }

  private static Header header(byte[] bytes, int length) {
    return Messages.decode(
        bytes,
        12,
        length,
        Header.class,
        "request: expected a JSON header with run, epoch, bytes, sha256");
  }

  private static void require(boolean holds, String expected, Object actual) {
    if (!holds) {
      throw new IllegalArgumentException("request: expected " + expected + ", actual " + actual);
    }
  }
}
