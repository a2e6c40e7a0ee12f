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
 * @param owners data owners: 1, who holds the key, too; or several beside a key holder
 * @param fast toy parameters
 * @param simulator plaintext instead of ciphertexts
 */
public record DemoProfile(Path home, int owners, boolean fast, boolean simulator) {
  /** {@return whether several owners bring data} */
  public boolean isJoint() {
    return owners > 1;
  }

  /**
   * The demo's files, then those of the command line, which win.
   *
   * @param given files of the command line, in order
   * @return files in the order of {@link SettingsLoader#load}
   */
  public List<Path> files(List<Path> given) {
    String name = isJoint() ? "conf/demo-owners" : "conf/demo";
    List<Path> out = new ArrayList<>(List.of(home.resolve(name + ".conf")));
    if (fast) {
      out.add(home.resolve(name + "-fast.conf"));
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
    if (!isJoint()) { // several owners have files of their own, which the demo makes
      out.put("data.train.features", home.resolve("conf/data/digits.csv.gz").toString());
    }
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
