package org.hetal.owner.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableReaderTest {
  @TempDir Path folder;

  @Test
  void csv_withoutHeaderTakesTheLastColumnAsLabel() throws Exception {
    Table table = read("a.csv", "1,2,0\n3,4.5,1\n", Map.of());
    assertArrayEquals(new double[][] {{1, 2}, {3, 4.5}}, table.features());
    assertArrayEquals(new int[] {0, 1}, table.labels());
  }

  @Test
  void csv_gzippedWithHeaderFindsTheLabelByName() throws Exception {
    Path file = folder.resolve("a.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("x,kind,\"y\"\n1,1,2\n3,0,4\n".getBytes(StandardCharsets.UTF_8));
    }
    Table table = read(file, Map.of("data.header", "true", "data.label-column", "kind"));
    assertArrayEquals(new double[][] {{1, 2}, {3, 4}}, table.features());
    assertArrayEquals(new int[] {1, 0}, table.labels());
    assertEquals(file + " row 2", table.where(0), "the header is row 1");
  }

  @Test
  void badValue_isNamedWithFileRowColumnAndValue() throws Exception {
    assertBad("1,2,0\n3,NaN,1\n", "row 2 column 1: expected a finite number, actual NaN");
    assertBad("1,Infinity,0\n", "row 1 column 1: expected a finite number, actual Infinity");
    assertBad("1,2,0\n3,4,2\n", "row 2 label: expected 0 to 1, actual 2");
    assertBad("1,2,0\n3,4,-1\n", "row 2 label: expected 0 to 1, actual -1");
    assertBad("1,2,0.5\n", "row 1 column 2: expected a whole number as label, actual 0.5");
    assertBad("1,two,0\n", "row 1 column 1: expected a number, actual \"two\"");
    assertBad("1,2,0\n3,1\n", "row 2: expected 3 columns, actual 2");
    assertBad("1,2,0\n\n", "row 2: expected 3 columns, actual 1");
    assertBad("", "expected at least one row");
  }

  @Test
  void unknownLabelColumn_isRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("b.csv"), "1,2,0\n");
    for (String column : List.of("kind", "3", "99999999999")) {
      DataException e =
          assertThrows(DataException.class, () -> read(file, Map.of("data.label-column", column)));
      assertTrue(e.getMessage().contains("label column: expected"), e.getMessage());
    }
  }

  @Test
  void npy_readsEveryTypeItPromises() throws Exception {
    ByteBuffer floats = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    floats.putFloat(1).putFloat(-2.5f).putFloat(3).putFloat(4);
    Path features = npy("x.npy", "<f4", "(2, 2)", floats.array());
    for (String type : List.of("<i4", "<i8", "<f8", "|u1")) {
      Path labels = npy("y" + type.charAt(2) + ".npy", type, "(2,)", labels(type));
      Table table = read(features, Map.of("data.train.labels", labels.toString()));
      assertArrayEquals(new double[][] {{1, -2.5}, {3, 4}}, table.features());
      assertArrayEquals(new int[] {1, 0}, table.labels(), type);
    }
  }

  @Test
  void npy_ofAnotherFormIsRefused() throws Exception {
    byte[] values = new byte[16];
    assertNpy("expected C order", npy("f.npy", header("<f4", "True", "(2, 2)"), values));
    assertNpy("actual >f4", npy("e.npy", ">f4", "(2, 2)", values));
    assertNpy("expected 1 or 2 dimensions", npy("d.npy", "<f4", "(1, 2, 2)", values));
    assertNpy("expected 16 bytes for 2 x 2", npy("s.npy", "<f4", "(2, 2)", new byte[12]));
    assertNpy("expected 16 bytes for 2 x 2", npy("l.npy", "<f4", "(2, 2)", new byte[20]));
    assertNpy("below 2^31", npy("h.npy", "<f4", "(9999999999, 2)", values));
    assertNpy(
        "expected a .npy file", Files.writeString(folder.resolve("t.npy"), "not an array at all"));
  }

  @Test
  void npy_truncatedAnywhereIsRefused() throws Exception {
    byte[] whole = Files.readAllBytes(npy("w.npy", "<f4", "(2, 2)", new byte[16]));
    for (int length = 0; length < whole.length; length++) {
      Path cut = Files.write(folder.resolve("cut.npy"), java.util.Arrays.copyOf(whole, length));
      assertThrows(DataException.class, () -> TableReader.unlabelled(cut, false));
    }
  }

  @Test
  void missingFileOrLabels_isRefused() throws Exception {
    assertThrows(DataException.class, () -> read(folder.resolve("no.csv"), Map.of()));
    Path features = npy("x.npy", "<f4", "(2, 2)", new byte[16]);
    assertThrows(DataException.class, () -> read(features, Map.of()));
    Path labels = npy("three.npy", "<i4", "(3,)", new byte[12]);
    assertTrue(
        assertThrows(
                DataException.class,
                () -> read(features, Map.of("data.train.labels", labels.toString())))
            .getMessage()
            .contains("expected 2 labels"));
    Path other = Files.writeString(folder.resolve("x.txt"), "1\n");
    assertThrows(DataException.class, () -> TableReader.unlabelled(other, false));
  }

  @Test
  void npz_isReadBackByTheReader() throws Exception {
    double[][] matrix = {{1.5, -2}, {0, 1e-300}, {3, 4}};
    Path file = Files.write(folder.resolve("m.npy"), NpzWriter.npy(matrix));
    Table table = TableReader.unlabelled(file, false);
    assertArrayEquals(matrix, table.features());
    assertNull(table.labels());
  }

  private void assertBad(String csv, String message) {
    DataException e = assertThrows(DataException.class, () -> read("bad.csv", csv, Map.of()), csv);
    assertTrue(e.getMessage().contains("bad.csv"), e.getMessage());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  private static void assertNpy(String message, Path file) {
    DataException e = assertThrows(DataException.class, () -> TableReader.unlabelled(file, false));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  private Table read(String name, String text, Map<String, String> more) throws Exception {
    return read(Files.writeString(folder.resolve(name), text), more);
  }

  private static Table read(Path file, Map<String, String> more) {
    Map<String, String> overrides = new LinkedHashMap<>(more);
    overrides.put("data.train.features", file.toString());
    Settings.Data data = SettingsLoader.load(List.of(), overrides).data();
    return TableReader.read(data.train(), data);
  }

  private Path npy(String name, String type, String shape, byte[] values) throws Exception {
    return npy(name, header(type, "False", shape), values);
  }

  private Path npy(String name, String header, byte[] values) throws Exception {
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(10 + text.length + values.length);
    out.order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.UTF_8));
    out.put((byte) 1).put((byte) 0).putShort((short) text.length).put(text).put(values);
    return Files.write(folder.resolve(name), out.array());
  }

  private static String header(String type, String fortran, String shape) {
    return "{'descr': '"
        + type
        + "', 'fortran_order': "
        + fortran
        + ", 'shape': "
        + shape
        + ", }\n";
  }

  /** 1, then 0. */
  private static byte[] labels(String type) {
    ByteBuffer out = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case "<i4" -> out.putInt(1).putInt(0);
      case "<i8" -> out.putLong(1).putLong(0);
      case "<f8" -> out.putDouble(1).putDouble(0);
      default -> out.put((byte) 1).put((byte) 0);
    }
    return java.util.Arrays.copyOf(out.array(), out.position());
  }
}
