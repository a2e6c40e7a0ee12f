package org.hetal.owner.table.parquet;

import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * The compressions of pages, without Hadoop's and without native code: none, snappy, gzip, zstd and
 * lz4_raw.
 */
final class Codecs implements CompressionCodecFactory {
  /** Writers end a page after a megabyte; one very long row can take more. */
  private static final int LARGEST_PAGE = 1 << 28;

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codecName) {
    throw new UnsupportedOperationException("files are read only");
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codecName) {
    return switch (codecName) {
      case UNCOMPRESSED -> new Pages((in, size) -> in);
      case SNAPPY -> new Pages((in, size) -> decompressed(new SnappyDecompressor(), in, size));
      case ZSTD -> new Pages((in, size) -> decompressed(new ZstdDecompressor(), in, size));
      case LZ4_RAW -> new Pages((in, size) -> decompressed(new Lz4Decompressor(), in, size));
      case GZIP -> new Pages(Codecs::gunzipped);
      default ->
          throw new UnsupportedOperationException(
              "compression "
                  + codecName
                  + ", which is not read; write the file with snappy, gzip, zstd or none");
    };
  }

  @Override
  public void release() {}

  private static byte[] decompressed(Decompressor decompressor, byte[] in, int size) {
    byte[] out = new byte[size];
    return exact(out, decompressor.decompress(in, 0, in.length, out, 0, size));
  }

  private static byte[] gunzipped(byte[] in, int size) throws IOException {
    try (InputStream stream = new GZIPInputStream(new ByteArrayInputStream(in))) {
      byte[] out = stream.readNBytes(size);
      return exact(out, stream.read() < 0 ? out.length : -1, size);
    }
  }

  private static byte[] exact(byte[] out, int length) {
    return exact(out, length, out.length);
  }

  private static byte[] exact(byte[] out, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalArgumentException("a page of another length than its header says");
    }
    return out;
  }

  /** The bytes of a page, decompressed to the size that its header gives. */
  private interface Decompression {
    byte[] apply(byte[] in, int size) throws IOException;
  }

  private record Pages(Decompression decompression) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
      requireSize(decompressedSize);
      return BytesInput.from(
          decompression.apply(bytes.toInputStream().readAllBytes(), decompressedSize));
    }

    @Override
    public void decompress(
        ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize)
        throws IOException {
      requireSize(decompressedSize);
      byte[] in = new byte[compressedSize];
      input.get(in);
      output.put(decompression.apply(in, decompressedSize));
    }

    private static void requireSize(int size) {
      if (size < 0 || size > LARGEST_PAGE) {
        throw new IllegalArgumentException("a page of " + size + " bytes");
      }
    }

    @Override
    public void release() {}
  }
}
