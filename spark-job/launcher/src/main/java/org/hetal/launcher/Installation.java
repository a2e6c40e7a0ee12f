package org.hetal.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.hetal.he.FileReadException;

/**
 * The built tree: where the programs and their jars are.
 *
 * @param root folder of the repository
 * @param version of all jars
 */
record Installation(Path root, String version) {
  /** The tree of this build. */
  static Installation of(Path root) {
    Properties build = new Properties();
    try (InputStream in = Installation.class.getResourceAsStream("build.properties")) {
      build.load(in);
    } catch (IOException e) {
      throw FileReadException.of(Path.of("build.properties"), e);
    }
    return new Installation(root, build.getProperty("version"));
  }

  /** The jar of a module of spark-job. */
  Path jar(String module) {
    return target(module).resolve("hetal-" + module + "-" + version + ".jar");
  }

  /** What goes to spark-submit: the job with its dependencies, without Spark and OpenFHE. */
  Path sparkJar() {
    return target("spark").resolve("hetal-spark-" + version + "-spark.jar");
  }

  /** The options that Spark wants of a Java machine: an argument file. */
  Path sparkJavaOptions() {
    return root.resolve("spark-job/spark/java.options");
  }

  /** Only to compute with the backend openfhe: the library in it can decrypt. */
  Path openFheJar() {
    return root.resolve("he-native/java/openfhe/target/hetal-he-openfhe-" + version + ".jar");
  }

  Path cudaJar() {
    return root.resolve("he-native/java/cuda/target/hetal-he-cuda-" + version + ".jar");
  }

  /** The commit that was built, or "unknown". */
  String commit() {
    Path file = root.resolve(".hetal/build.commit");
    return Files.exists(file) ? read(file).strip() : "unknown";
  }

  /**
   * The jar of a module and its dependencies.
   *
   * @param wanted which of the dependencies, by the name of the file
   */
  List<Path> classPath(String module, Predicate<String> wanted) {
    List<Path> out = new ArrayList<>(List.of(jar(module)));
    for (String entry : read(target(module).resolve("classpath.txt")).strip().split(":")) {
      Path path = target(module).resolve(entry);
      if (wanted.test(path.getFileName().toString())) {
        out.add(path);
      }
    }
    return out;
  }

  /** The main class that a jar names. */
  static String mainClass(Path jar) {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
    } catch (IOException e) {
      throw FileReadException.of(jar, e);
    }
  }

  private Path target(String module) {
    return root.resolve("spark-job").resolve(module).resolve("target");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }
}
