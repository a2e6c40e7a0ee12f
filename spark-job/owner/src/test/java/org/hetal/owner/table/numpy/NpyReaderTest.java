package org.hetal.owner.table.numpy;

import static org.hetal.owner.table.files.DataFiles.assertRefused;
import static org.hetal.owner.table.files.DataFiles.unlabelled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.hetal.owner.table.HalfFloat;
import org.hetal.owner.table.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyReaderTest {
  private static final byte[] ONES =
      ByteBuffer.allocate(16)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putFloat(1)
          .putFloat(1)
          .putFloat(1)
          .putFloat(1)
          .array();

  @TempDir Path folder;

  @Test
  void everyWayToWriteAHeader_isRead() throws Exception {
    for (String header :
        List.of(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }",
            "{\"shape\":(2,2),\"descr\":\"<f4\",\"fortran_order\":False}",
            "{ 'fortran_order' : True , 'shape' : ( 2L , 2L , ) , 'descr' : '<f4' , } \n",
            "{'descr': '<f4', 'fortran_order': False, 'shape': [2, 2]}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), 'more': None}")) {
      assertArrayEquals(new double[] {1, 1}, unlabelled(npy(header, ONES)).features()[1], header);
    }
  }

  @Test
  void headersOfNoMatrix_areRefused() throws Exception {
    assertHeader("{'descr': '<f4', 'fortran_order': False}", "expected descr, fortran_order and");
    assertHeader("[1, 2]", "expected descr, fortran_order and shape");
    assertHeader("{'descr': '<f4', 'shape': (2, 2), 'fortran_order': 0}", "expected descr");
    assertHeader("{'descr': '<f4'", "expected the header of numpy.save, actual at character");
    assertHeader("(".repeat(40_000), "expected the header of numpy.save");
    assertHeader("", "expected the header of numpy.save");
    assertShape("(1, 2, 2)", "expected 1 or 2 dimensions", "array.reshape");
    assertShape("(2, 2.5)", "expected the header of numpy.save");
    assertShape("('2', 2)", "expected sides of 1 to 2147483647");
    assertShape("(-2, -2)", "expected sides of 1 to 2147483647");
    assertShape("(0, 4)", "expected sides of 1 to 2147483647");
    assertShape("(9999999999, 2)", "expected sides of 1 to 2147483647");
    assertShape("(99999999999999999999, 2)", "a number of 20 digits");
    assertShape("None", "expected 1 or 2 dimensions");
  }

  @Test
  void sizesThatDoNotFitTheFile_areRefusedBeforeAnythingIsAllocated() throws Exception {
    assertShape("(2, 3)", "expected 24 bytes for the shape (2, 3), actual 16", "the file was cut");
    assertShape("(2, 1)", "expected 8 bytes for the shape (2, 1), actual 16", "something follows");
    assertShape("(2147483647, 2147483647)", "expected more than 2^63 bytes", "actual 16");
    assertShape("(2147483647, 1)", "expected 8589934588 bytes", "actual 16");
  }

  @Test
  void typesOfNoNumbers_areRefused() throws Exception {
    for (String type :
        List.of("<f16", "<c8", "|V2", "<f4,<f4", "f4", "=f4", "<i3", "<b8", "", "4")) {
      assertRefused(
          () ->
              unlabelled(
                  npy("{'descr': '" + type + "', 'fortran_order': False, 'shape': (2, 2)}", ONES)),
          "expected floats of 16, 32 or 64 bits, integers or bool",
          "a.npy");
    }
  }

  @Test
  void otherFiles_areRefused() throws Exception {
    Path text = Files.writeString(folder.resolve("t.npy"), "not an array at all");
    assertRefused(() -> unlabelled(text), "t.npy: expected a .npy file, actual another");
    Path parquet = Files.writeString(folder.resolve("t.npy"), "PAR1 and more");
    assertRefused(() -> unlabelled(parquet), "actual a Parquet file");
    byte[] whole = Files.readAllBytes(matrix());
    whole[6] = 4;
    Path version = Files.write(folder.resolve("v.npy"), whole);
    assertRefused(() -> unlabelled(version), "expected .npy version 1 to 3, actual 4");
    whole[6] = 2;
    whole[10] = -1;
    whole[11] = -1;
    Files.write(version, whole);
    assertRefused(() -> unlabelled(version), "expected a header of at most 1048576 bytes");
  }

  @Test
  void arrayTruncatedAnywhere_isRefused() throws Exception {
    byte[] whole = Files.readAllBytes(matrix());
    for (int length = 0; length < whole.length; length++) {
      Path cut = Files.write(folder.resolve("cut.npy"), Arrays.copyOf(whole, length));
      assertRefused(() -> unlabelled(cut), "cut.npy");
    }
  }

  @Test
  void archiveTruncatedAnywhere_isRefused() throws Exception {
    byte[] whole = NpzWriter.bytes(java.util.Map.of("a", new double[][] {{1, 2}, {3, 4}}));
    Path file = Files.write(folder.resolve("a.npz"), whole);
    assertArrayEquals(new double[][] {{1, 2}, {3, 4}}, unlabelled(file).features());
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(() -> unlabelled(file), "a.npz");
    }
  }

  @Test
  void archiveWithoutArrays_isRefused() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("sheet.xml"));
      zip.write(1);
    }
    Path file = Files.write(folder.resolve("a.npz"), out.toByteArray());
    assertRefused(() -> unlabelled(file), "a.npz", "of which it has none");
  }

  @Test
  void matrixOfTheWriter_isReadBack() throws Exception {
    double[][] matrix = {{1.5, -2}, {0, 1e-300}, {3, 4}};
    Path file = Files.write(folder.resolve("m.npy"), NpzWriter.npy(matrix));
    Table table = unlabelled(file);
    assertArrayEquals(matrix, table.features());
    assertNull(table.labels());
  }

  private Path matrix() throws IOException {
    return npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n", ONES);
  }

  private void assertHeader(String header, String... parts) throws IOException {
    Path file = npy(header, ONES);
    assertRefused(() -> unlabelled(file), parts);
  }

  private void assertShape(String shape, String... parts) throws IOException {
    assertHeader("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}", parts);
  }

  private Path npy(String header, byte[] values) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(10 + text.length + values.length);
    out.order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    out.put((byte) 1).put((byte) 0).putShort((short) text.length).put(text).put(values);
    return Files.write(folder.resolve("a.npy"), out.array());
  }

  @Test
  void halves_thatAreNotFiniteAreRead() {
    assertEquals(Double.POSITIVE_INFINITY, HalfFloat.value((short) 0x7c00));
    assertEquals(Double.NaN, HalfFloat.value((short) 0xfe00));
  }
}
