package org.hetal.oracle;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.dataset.StoredFile;

/**
 * What the cluster asks the key holder once an epoch, as bytes: {@code HEJQ}, a version, the length
 * of a JSON header, the header, then the ciphertexts one after the other. Integers are 32 bits, big
 * endian. The header holds the run, the epoch, the key, and length and SHA-256 of each ciphertext.
 *
 * @param runId of the run
 * @param epoch from 1
 * @param keyId of the key pair under which the ciphertexts are
 * @param logits a ciphertext of validation logits a group, in the order of the data set
 */
public record JudgeRequest(String runId, int epoch, String keyId, List<byte[]> logits) {
  /** Where to POST it. */
  public static final String PATH = "/v1/judge";

  /** Its content type. */
  public static final String CONTENT_TYPE = "application/octet-stream";

  private static final int MAGIC = 0x48454a51;
  private static final int VERSION = 1;
  private static final int MAX_HEADER = 1 << 20;
  private static final int MAX_CIPHERTEXTS = 4096;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private record Header(
      String runId, int epoch, String keyId, List<Integer> bytes, List<String> sha256) {}

  /** The bytes to send. */
  public byte[] encode() {
    Header header =
        new Header(
            runId,
            epoch,
            keyId,
            logits.stream().map(c -> c.length).toList(),
            logits.stream().map(StoredFile::sha256).toList());
    try {
      byte[] json = JSON.writeValueAsBytes(header);
      long total = 12L + json.length + logits.stream().mapToLong(c -> c.length).sum();
      ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(total));
      out.putInt(MAGIC).putInt(VERSION).putInt(json.length).put(json);
      logits.forEach(out::put);
      return out.array();
    } catch (IOException e) {
      throw new IllegalStateException("a header is always writable", e);
    }
  }

  /**
   * @throws IllegalArgumentException when the bytes are not a request; the message says why
   */
  public static JudgeRequest decode(byte[] bytes) {
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
    List<byte[]> logits = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Integer size = header.bytes().get(i);
      require(
          size != null && size > 0 && size <= in.remaining(),
          "1 to " + in.remaining() + " bytes in ciphertext " + i,
          size);
      byte[] ciphertext = new byte[size];
      in.get(ciphertext);
      String digest = StoredFile.sha256(ciphertext);
      require(
          digest.equals(header.sha256().get(i)),
          "SHA-256 " + header.sha256().get(i) + " of ciphertext " + i,
          digest);
      logits.add(ciphertext);
    }
    require(!in.hasRemaining(), "no bytes after the last ciphertext", in.remaining());
    require(header.epoch() >= 1, "an epoch from 1", header.epoch());
    require(
        header.runId().matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
        "a run id of 1 to 64 letters, digits, . _ -",
        header.runId().length() + " characters");
    return new JudgeRequest(header.runId(), header.epoch(), header.keyId(), List.copyOf(logits));
  }

  private static Header header(byte[] bytes, int length) {
    String expected = "request: expected a JSON header with runId, epoch, keyId, bytes, sha256";
    try {
      Header header = JSON.readValue(bytes, 12, length, Header.class);
      if (header == null) {
        throw new IllegalArgumentException(expected + ", actual null");
      }
      return header;
    } catch (IOException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }

  private static void require(boolean holds, String expected, Object actual) {
    if (!holds) {
      throw new IllegalArgumentException("request: expected " + expected + ", actual " + actual);
    }
  }
}
