package org.hetal.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalPathTest {
  @Test
  void pathsAndFileUris_areThePathTheyName() {
    assertEquals(Path.of("a/b"), LocalPath.parse("a/b"));
    assertEquals(Path.of("a:b"), LocalPath.parse("a:b"), "a name with a colon");
    assertEquals(Path.of("/a/b"), LocalPath.parse("file:/a/b"));
    assertEquals(Path.of("/a/b"), LocalPath.parse("file:///a/b"));
    assertEquals(Path.of("/a/b"), LocalPath.parse("file://localhost/a/b"));
    assertEquals(Path.of("/a b/ü%20"), LocalPath.parse("file:/a b/ü%20"), "as Hadoop reads it");
  }

  @Test
  void otherFileSystems_areRefusedWithTheRemedy() {
    for (String uri : List.of("hdfs://nn/a", "hdfs:/a", "s3a://bucket/a", "abfss://c@a.b/c")) {
      String said =
          assertThrows(SettingsException.class, () -> LocalPath.of("paths.dataset", uri))
              .getMessage();
      assertTrue(said.startsWith("paths.dataset: expected a path of this machine"), said);
      assertTrue(said.contains(uri) && said.contains("hdfs dfs -put"), said);
    }
    for (String bad : List.of("file:a", "file://host/a", "a\0b", "caf\uFFFD")) {
      assertThrows(IllegalArgumentException.class, () -> LocalPath.parse(bad), bad);
    }
  }
}
