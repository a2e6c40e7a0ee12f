package org.hetal.owner.table.numpy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

class NpzWriterTest {
  @Test
  void npz_isAZipOfAlignedArrays() throws Exception {
    byte[] bytes = NpzWriter.bytes(Map.of("weights", new double[][] {{1, 2}, {3, 4}}));
    List<String> names = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        names.add(entry.getName());
        byte[] array = zip.readAllBytes();
        assertEquals(0, (array.length - 32) % 64, "values start at a multiple of 64 bytes");
      }
    }
    assertEquals(List.of("weights.npy"), names);
  }
}
