package org.hetal.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;

/**
 * The settings of each party of a joint training: the two files in its folder, and over them what
 * the command line of the demo gives.
 *
 * @param files of the command line
 * @param overrides of the command line
 */
record PartySettings(List<Path> files, Map<String, String> overrides) {
  /** {@return arguments of a command that runs in the folder of a party} */
  List<String> arguments() {
    List<String> out = new ArrayList<>(List.of("-c", JointSite.COMMON, "-c", JointSite.OWN));
    files.forEach(file -> out.addAll(List.of("-c", file.toAbsolutePath().toString())));
    overrides.forEach((path, value) -> out.addAll(List.of("--set", path + "=" + value)));
    return out;
  }

  /**
   * The settings of an owner, with the paths of its data as this process sees them.
   *
   * @param folder of the owner
   * @return as its commands have them, but for other paths
   */
  Settings ofOwner(Path folder) {
    List<Path> all =
        new ArrayList<>(List.of(folder.resolve(JointSite.COMMON), folder.resolve(JointSite.OWN)));
    all.addAll(files);
    Map<String, String> over = new LinkedHashMap<>(overrides);
    for (CreditBanks.Split split : CreditBanks.Split.values()) {
      over.put(
          "data." + split.label() + ".features",
          folder.resolve("data").resolve(split.file()).toString());
    }
    return SettingsLoader.load(all, over);
  }
}
