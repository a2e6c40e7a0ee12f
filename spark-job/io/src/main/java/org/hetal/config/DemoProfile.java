package org.hetal.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of the demo: the files that come with the project, under those of the command line.
 *
 * @param home root folder of the project, with {@code conf}
 * @param fast toy parameters
 * @param simulator plaintext instead of ciphertexts
 */
public record DemoProfile(Path home, boolean fast, boolean simulator) {
  /**
   * The demo's files, then those of the command line, which win.
   *
   * @param given files of the command line, in order
   * @return files in the order of {@link SettingsLoader#load}
   */
  public List<Path> files(List<Path> given) {
    List<Path> out = new ArrayList<>(List.of(home.resolve("conf/demo.conf")));
    if (fast) {
      out.add(home.resolve("conf/demo-fast.conf"));
    }
    if (simulator) {
      out.add(home.resolve("conf/demo-simulator.conf"));
    }
    out.addAll(given);
    return out;
  }

  /**
   * The demo's overrides, then those of the command line, which win. In demo.conf the path of the
   * data is relative, as it is for whoever copies the file; here it is absolute.
   *
   * @param given overrides of the command line
   * @return setting to value
   */
  public Map<String, String> overrides(Map<String, String> given) {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("data.train.features", home.resolve("conf/data/digits.csv.gz").toString());
    out.putAll(given);
    return out;
  }

  /**
   * Loads the settings.
   *
   * @param givenFiles files of the command line
   * @param givenOverrides overrides of the command line
   * @return valid settings
   * @throws SettingsException naming every setting that is wrong
   */
  public Settings load(List<Path> givenFiles, Map<String, String> givenOverrides) {
    return SettingsLoader.load(files(givenFiles), overrides(givenOverrides));
  }
}
