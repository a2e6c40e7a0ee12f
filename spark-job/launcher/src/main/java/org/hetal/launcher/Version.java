package org.hetal.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hetal.he.FileReadException;
import org.hetal.he.engine.EngineLibrary;
import org.hetal.he.library.NativePlatform;

/** What {@code ./hetal --version} prints. */
final class Version {
  private static final Pattern SPARK = Pattern.compile("spark-core_[0-9.]+-(.+)\\.jar");

  private Version() {}

  static List<String> lines(Installation installation, Map<String, String> environment) {
    String spark = environment.getOrDefault("SPARK_HOME", "");
    return List.of(
        "hetal   " + installation.version(),
        "commit  " + installation.commit(),
        "Java    " + System.getProperty("java.version") + ", " + System.getProperty("java.home"),
        "engine  commit "
            + EngineLibrary.commit()
            + ", "
            + NativePlatform.current()
            + ", computes with "
            + EngineLibrary.cpuPath(),
        spark.isEmpty()
            ? "Spark   " + embedded(installation)
            : "Spark   " + of(Path.of(spark)) + ", " + spark);
  }

  private static String embedded(Installation installation) {
    if (!installation.has("spark")) {
      return "none in this package";
    }
    return installation.classPath("spark", name -> true).stream()
        .map(path -> version(path.getFileName().toString()))
        .filter(version -> !version.isEmpty())
        .findFirst()
        .map(version -> version + ", embedded")
        .orElse("unknown");
  }

  private static String of(Path spark) {
    Path jars = spark.resolve("jars");
    if (!Files.isDirectory(jars)) {
      return "unknown";
    }
    try (Stream<Path> files = Files.list(jars)) {
      return files
          .map(path -> version(path.getFileName().toString()))
          .filter(version -> !version.isEmpty())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      throw FileReadException.of(jars, e);
    }
  }

  private static String version(String jar) {
    Matcher matcher = SPARK.matcher(jar);
    return matcher.matches() ? matcher.group(1) : "";
  }
}
