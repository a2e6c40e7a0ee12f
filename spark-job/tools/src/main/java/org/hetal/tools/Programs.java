package org.hetal.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.config.SettingsException;

/**
 * How the demo starts the commands of each role, as the launcher says in system properties.
 *
 * @param owner command line of the data owner's program, without arguments
 * @param cluster that of the cluster's program, whose class path has no class to decrypt with
 * @param submitted options of spark-submit for the cluster's program: main class and jar
 */
record Programs(List<String> owner, List<String> cluster, List<String> submitted) {
  private static final String PREFIX = "hetal.demo.";

  /**
   * @throws SettingsException when the launcher did not start this process
   */
  static Programs ofLauncher() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> cluster = new ArrayList<>(List.of(java));
    cluster.add("@" + property("cluster.java-options"));
    cluster.addAll(List.of("-cp", property("cluster.class-path"), property("cluster.main")));
    List<String> owner = new ArrayList<>(List.of(java));
    owner.addAll(property("owner.java-options").lines().toList());
    owner.addAll(List.of("-cp", property("owner.class-path"), property("owner.main")));
    return new Programs(
        owner,
        cluster,
        List.of("--class", property("cluster.main"), property("cluster.submitted-jar")));
  }

  /** Where the launcher and the demo's settings are. */
  static Path home() {
    return Path.of(property("home"));
  }

  private static String property(String name) {
    String value = System.getProperty(PREFIX + name);
    if (value == null) {
      throw new SettingsException(
          "demo: expected to be started as ./hetal demo, actual no property " + PREFIX + name);
    }
    return value;
  }
}
