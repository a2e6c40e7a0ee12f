package org.hetal.owner.table.parquet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.PrimitiveType;
import org.hetal.format.Shown;
import org.hetal.owner.table.DataException;

/**
 * Checks the sizes that the pages of a Parquet file claim. Parquet's reader allocates what a page
 * claims, up to 2 GiB, or what so many values of a dictionary take, before it finds that the file
 * is shorter.
 */
final class PageSizes {
  /** Old writers do not count the header of the dictionary among the bytes of a column. */
  private static final int UNCOUNTED = 64;

  private PageSizes() {}

  /**
   * Reads the header of every page of some columns.
   *
   * @param file not encrypted; its columns lie inside it
   * @param columns names of top-level columns
   * @throws DataException when a page reaches beyond its column or the file, or a dictionary has
   *     more values than bytes for them
   * @throws ParquetDecodingException when there is no header where a page should begin
   * @throws IOException when the file cannot be read
   */
  static void requireInside(Path file, List<BlockMetaData> blocks, Set<String> columns)
      throws IOException {
    long length = Files.size(file);
    try (SeekableInputStream in = new LocalInputFile(file).newStream()) {
      for (BlockMetaData block : blocks) {
        for (ColumnChunkMetaData chunk : block.getColumns()) {
          if (columns.contains(chunk.getPath().toArray()[0])) {
            requireInside(file, in, chunk, length);
          }
        }
      }
    }
  }

  private static void requireInside(
      Path file, SeekableInputStream in, ColumnChunkMetaData chunk, long length)
      throws IOException {
    long at = chunk.getStartingPos();
    long end = at + chunk.getTotalSize();
    while (at < end) {
      in.seek(at);
      PageHeader header = header(in, at);
      int size = header.getCompressed_page_size();
      long start = in.getPos();
      if (size < 0 || size > Math.min(end + UNCOUNTED, length) - start) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s: expected pages within the %d bytes of column %s, actual one at %d with %d"
                    + " bytes; copy or write the file again",
                file,
                chunk.getTotalSize(),
                Shown.quoted(chunk.getPath().toDotString()),
                start,
                size));
      }
      if (header.isSetDictionary_page_header()) {
        requireDictionary(file, chunk, header);
      }
      at = start + size;
    }
  }

  private static void requireDictionary(Path file, ColumnChunkMetaData chunk, PageHeader header) {
    long values = header.getDictionary_page_header().getNum_values();
    int bytes = header.getUncompressed_page_size();
    if (values < 0 || values * leastBytes(chunk.getPrimitiveType()) > bytes) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected a dictionary of column %s that fits its %d bytes, actual %d values;"
                  + " copy or write the file again",
              file,
              Shown.quoted(chunk.getPath().toDotString()),
              bytes,
              values));
    }
  }

  /** Of a value in a dictionary. */
  private static int leastBytes(PrimitiveType type) {
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> 1;
      case INT32, FLOAT, BINARY -> Integer.BYTES; // binary: its length
      case INT64, DOUBLE -> Long.BYTES;
      case INT96 -> 12;
      case FIXED_LEN_BYTE_ARRAY -> Math.max(1, type.getTypeLength());
    };
  }

  private static PageHeader header(SeekableInputStream in, long at) {
    try {
      return Util.readPageHeader(in);
    } catch (IOException e) { // what the library makes of damage, too
      throw new ParquetDecodingException("no page at byte " + at + ": " + e.getMessage(), e);
    }
  }
}
