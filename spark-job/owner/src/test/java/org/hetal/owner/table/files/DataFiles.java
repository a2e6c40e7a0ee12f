package org.hetal.owner.table.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.junit.jupiter.api.function.Executable;

/** What tests of readers share. */
public final class DataFiles {
  private DataFiles() {}

  /** A file of the test's resources, "references/f2le.npy". */
  public static Path resource(String name) {
    URL url = DataFiles.class.getResource(name);
    assertTrue(url != null, name);
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Data settings of pairs of name and value, without the leading "data.". */
  public static Settings.Data data(String... pairs) {
    Map<String, String> overrides = new LinkedHashMap<>();
    overrides.put("data.train.features", "unused.csv");
    for (int i = 0; i < pairs.length; i += 2) {
      overrides.put("data." + pairs[i], pairs[i + 1]);
    }
    return SettingsLoader.load(List.of(), overrides).data();
  }

  /** Reads a file with labels in a column or beside the features. */
  public static Table read(Path file, String... pairs) {
    Settings.Data data = data(pairs);
    return TableReader.read(
        new Settings.Source(file.toString(), data.train().labels()), data, null);
  }

  public static Table unlabelled(Path file, String... pairs) {
    return TableReader.unlabelled(file, data(pairs));
  }

  /** Requires a refusal of one line that has all these parts. */
  public static void assertRefused(Executable reading, String... parts) {
    DataException e = assertThrows(DataException.class, reading);
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
