package org.hetal.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.hetal.config.SettingsException;
import org.hetal.he.FileReadException;

/**
 * Where the programs and their jars are: in a tree that is built, or in a package, which {@code
 * ./hetal package} made for one of the roles and where nothing can be built.
 *
 * @param root folder of the repository, or of the package
 * @param version of all jars
 */
record Installation(Path root, String version) {
  /** A package has this file in its root, with its role and the commit of its jars. */
  static final String PACKAGE = "package.properties";

  /** The tree or the package of this build. */
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
    return packaged()
        ? root.resolve("lib/spark-java.options")
        : root.resolve("spark-job/spark/java.options");
  }

  /** Only to compute with the backend openfhe: the library in it can decrypt. */
  Path openFheJar() {
    return optionalJar("openfhe");
  }

  Path cudaJar() {
    return optionalJar("cuda");
  }

  private Path optionalJar(String part) {
    String name = "hetal-he-" + part + "-" + version + ".jar";
    if (!packaged()) {
      return root.resolve("he-native/java/" + part + "/target/" + name);
    }
    Path jar = root.resolve("lib").resolve(name);
    if (!Files.exists(jar)) {
      throw new SettingsException(
          part + ": expected " + jar + ", actual none; this package was made without it");
    }
    return jar;
  }

  /** Is this a package, which has one of the roles and cannot be built? */
  boolean packaged() {
    return Files.exists(root.resolve(PACKAGE));
  }

  /** A package lacks the modules of the other role. */
  boolean has(String module) {
    return !packaged() || Files.exists(classPathFile(module));
  }

  /**
   * @param module of spark-job that a command needs
   * @throws SettingsException when this is a package without that module
   */
  void require(String module) {
    if (!has(module)) {
      throw new SettingsException(
          "this command needs "
              + switch (module) {
                case "owner" -> "the data owner's package (hetal-owner-" + version + ")";
                case "spark" -> "the cluster's package (hetal-cluster-" + version + ")";
                default -> "a tree with the sources";
              }
              + ", actual: the package "
              + packageProperties().getProperty("role")
              + " in "
              + root);
    }
  }

  private Properties packageProperties() {
    Path file = root.resolve(PACKAGE);
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      properties.load(in);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
    return properties;
  }

  /** The commit that was built, or "unknown". */
  String commit() {
    if (packaged()) {
      return packageProperties().getProperty("commit", "unknown");
    }
    Path file = root.resolve(".hetal/build.commit");
    return Files.exists(file) ? read(file).strip() : "unknown";
  }

  /**
   * The jar of a module and its dependencies.
   *
   * @param wanted which of the dependencies, by the name of the file
   * @throws SettingsException when this is a package without that module
   */
  List<Path> classPath(String module, Predicate<String> wanted) {
    require(module);
    List<Path> out = new ArrayList<>(List.of(jar(module)));
    for (String entry : read(classPathFile(module)).strip().split(":")) {
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
    return packaged()
        ? root.resolve("lib")
        : root.resolve("spark-job").resolve(module).resolve("target");
  }

  private Path classPathFile(String module) {
    return target(module).resolve(packaged() ? module + ".classpath" : "classpath.txt");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }
}
