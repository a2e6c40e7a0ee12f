package org.hetal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  record Point(String name, int x, List<String> tags) {}

  record Labelled(@JsonSetter(nulls = Nulls.SET) String label) {}

  private static <T> T read(String json, Class<T> type) throws IOException {
    return Json.read(json.getBytes(StandardCharsets.UTF_8), type);
  }

  @Test
  void read_ofWhatWasWritten_givesAnEqualValue() throws IOException {
    Point point = new Point("p", 3, List.of("a", "b"));
    assertEquals("{\"name\":\"p\",\"x\":3,\"tags\":[\"a\",\"b\"]}", Json.line(point));
    assertEquals(point, Json.read(Json.bytes(point), Point.class));
    assertEquals(point, read(Json.indented(point), Point.class));
    assertEquals(point, Json.read(Json.tree(point), Point.class));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{\"name\":\"p\",\"x\":3,\"tags\":[]} {}",
        "{\"name\":\"p\",\"x\":3,\"tags\":[],\"y\":4}",
        "{\"name\":\"p\",\"tags\":[]}",
        "{\"name\":\"p\",\"x\":3}",
        "{\"name\":null,\"x\":3,\"tags\":[]}",
        "{\"name\":\"p\",\"x\":null,\"tags\":[]}",
        "{\"name\":\"p\",\"x\":3,\"tags\":null}",
        "{\"name\":\"p\",\"x\":3,\"tags\":[\"a\",null]}"
      })
  void read_ofAnythingElse_isRefused(String json) {
    IOException e = assertThrows(IOException.class, () -> read(json, Point.class));
    assertEquals(1, Json.reason(e).lines().count(), Json.reason(e));
  }

  @Test
  void read_ofNullWhereItIsAllowed_givesNull() throws IOException {
    assertNull(read("{\"label\":null}", Labelled.class).label());
    assertThrows(IOException.class, () -> read("{}", Labelled.class));
  }

  @Test
  void sha256_isThePublishedDigest() {
    String abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assertEquals(abc, Digests.sha256("abc"));
    assertEquals(abc, Digests.hex(Digests.newSha256().digest(new byte[] {'a', 'b', 'c'})));
    assertTrue(Digests.equalSecrets(new byte[] {1}, new byte[] {1}));
  }
}
