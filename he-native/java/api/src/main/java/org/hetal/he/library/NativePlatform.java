package org.hetal.he.library;

import java.util.List;
import java.util.Locale;

/** Where a jar has the native libraries of a platform: {@code native/linux-x86_64}, for example. */
public final class NativePlatform {
  /** Those that the engine can be built for. */
  private static final List<String> ALL = List.of("linux-x86_64", "linux-aarch64");

  private NativePlatform() {}

  /** {@code linux-x86_64} or {@code linux-aarch64}; another name where this JVM runs elsewhere. */
  public static String current() {
    return name(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  /** Of the values of the system properties os.name and os.arch. */
  static String name(String os, String arch) {
    String lower = arch.toLowerCase(Locale.ROOT);
    String canonical =
        switch (lower) {
          case "amd64", "x86-64" -> "x86_64";
          case "arm64" -> "aarch64";
          default -> lower;
        };
    return os.toLowerCase(Locale.ROOT) + "-" + canonical;
  }

  /** The absolute name of a library's resource for this platform. */
  public static String resource(String file) {
    return resource(current(), file);
  }

  private static String resource(String platform, String file) {
    return "/native/" + platform + "/" + file;
  }

  /**
   * What to say where there is no such resource: this platform, those that the jar is for, and what
   * to do. One line.
   *
   * @param owner a class of the jar
   */
  public static String absence(Class<?> owner, String file) {
    return absence(owner, file, current());
  }

  static String absence(Class<?> owner, String file, String platform) {
    List<String> present =
        ALL.stream().filter(p -> owner.getResource(resource(p, file)) != null).toList();
    return String.format(
        Locale.ROOT,
        "expected %s in the jar for this machine's platform %s, actual %s; build the jar on such a"
            + " machine (./hetal build), supported are %s",
        resource(platform, file),
        platform,
        present.isEmpty() ? "for no platform" : "only for " + String.join(", ", present),
        String.join(", ", ALL));
  }
}
