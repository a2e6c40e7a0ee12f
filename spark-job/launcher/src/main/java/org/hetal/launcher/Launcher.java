package org.hetal.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;

/**
 * Decides by the settings with which program, jars and Spark a command runs. Immutable.
 *
 * @param installation what is built
 * @param arguments of {@code ./hetal}: the command and its options
 * @param environment of the process
 */
record Launcher(
    Installation installation, List<String> arguments, Map<String, String> environment) {
  /** Optional parts that {@code ./hetal} has built, separated by blanks. */
  static final String BUILT_WITH = "HETAL_BUILT_WITH";

  private static final String OPENFHE = "openfhe";
  private static final String CUDA = "cuda";
  private static final String PRIVATE = "rwx------";
  private static final String DEMO = "-Dhetal.demo.";
  private static final String NO_ATTACH = "-XX:+DisableAttachMechanism";
  private static final String NO_CORE_FILE = "-XX:-CreateCoredumpOnCrash";
  private static final Predicate<String> ALL = name -> true;

  /**
   * A command of the data owner.
   *
   * @param settings null: the command only prints its help
   */
  List<String> owner(Settings settings) {
    return needsOpenFheClient(settings)
        ? againWith(OPENFHE)
        : program(ownerOptions(), installation.classPath("owner", ALL), installation.jar("owner"));
  }

  /**
   * No program attaches to the JVM, as {@code jcmd} does to dump the heap: the system's protection
   * of the process does not prevent that. What the JVM writes when native code fails has registers
   * and stack, which may hold parts of a key. It goes to a folder that only this user may read.
   * Without such a folder it is not written.
   */
  private List<String> ownerOptions() {
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    Path folder = Path.of(home, ".hetal", "crash");
    try {
      Files.createDirectories(
          folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
      // Java takes the working directory in place of a folder that it cannot write.
      if (PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)).equals(PRIVATE)
          && Files.isWritable(folder)) {
        return List.of(NO_ATTACH, NO_CORE_FILE, "-XX:ErrorFile=" + folder + "/jvm_%p.log");
      }
    } catch (IOException e) {
      // No home folder, or one that cannot be written, as that of some users of services.
    }
    return List.of(NO_ATTACH, NO_CORE_FILE, "-XX:+SuppressFatalErrorMessage");
  }

  /** A command of the cluster: through spark-submit if there is a Spark, otherwise embedded. */
  List<String> cluster(Settings settings) {
    installation.require("spark");
    if (usesOpenFhe(settings) && !isBuiltWith(OPENFHE)) {
      return againWith(OPENFHE);
    }
    if (usesCuda(settings) && !isBuiltWith(CUDA)) {
      return againWith(CUDA);
    }
    String spark = environment.getOrDefault("SPARK_HOME", "");
    return spark.isEmpty()
        ? program(
            List.of("@" + installation.sparkJavaOptions()),
            clusterClassPath(settings),
            installation.sparkJar())
        : submit(Path.of(spark), settings, List.of());
  }

  /**
   * A command of the cluster that only reads files. With a Spark of the user it gets its class
   * path, file systems and options, and runs in this machine's process whatever master they name.
   */
  List<String> clusterFiles() {
    installation.require("spark");
    String spark = environment.getOrDefault("SPARK_HOME", "");
    return spark.isEmpty()
        ? cluster(null)
        : submit(Path.of(spark), null, List.of("--master", "local", "--deploy-mode", "client"));
  }

  /** A demo or a benchmark; the demo starts programs of both roles, with their own class paths. */
  List<String> tools(Settings settings) {
    installation.require("tools");
    if (needsOpenFheClient(settings)) {
      return againWith(OPENFHE);
    }
    if (usesCuda(settings) && !isBuiltWith(CUDA)) {
      return againWith(CUDA);
    }
    List<String> options =
        List.of(
            DEMO + "home=" + installation.root(),
            DEMO + "owner.java-options=" + String.join("\n", ownerOptions()),
            DEMO + "owner.class-path=" + joined(installation.classPath("owner", ALL)),
            DEMO + "owner.main=" + Installation.mainClass(installation.jar("owner")),
            DEMO + "cluster.class-path=" + joined(clusterClassPath(settings)),
            DEMO + "cluster.main=" + Installation.mainClass(installation.sparkJar()),
            DEMO + "cluster.submitted-jar=" + installation.sparkJar(),
            DEMO + "cluster.java-options=" + installation.sparkJavaOptions());
    List<Path> classPath = installation.classPath("tools", ALL);
    classPath.addAll(cudaJar(settings));
    return program(options, classPath, installation.jar("tools"));
  }

  /** Features of images: the only program with ONNX Runtime. */
  List<String> features() {
    return program(
        List.of(), installation.classPath("features", ALL), installation.jar("features"));
  }

  /** A script for developers. */
  List<String> script(String name, List<String> scriptArguments) {
    installation.require("tools");
    return concatenated(
        List.of(installation.root().resolve("dev/" + name).toString()), scriptArguments);
  }

  /**
   * @param last options that override the user's
   */
  private List<String> submit(Path spark, Settings settings, List<String> last) {
    Path program = spark.resolve("bin/spark-submit");
    if (!Files.isExecutable(program)) {
      throw new SettingsException(
          "SPARK_HOME: expected a folder with bin/spark-submit, actual " + spark);
    }
    List<String> out = new ArrayList<>(List.of(program.toString()));
    try {
      out.addAll(ShellWords.split(environment.getOrDefault("HETAL_SPARK_OPTIONS", "")));
    } catch (IllegalArgumentException e) {
      throw new SettingsException("HETAL_SPARK_OPTIONS: " + e.getMessage(), e);
    }
    List<Path> jars = new ArrayList<>(cudaJar(settings));
    if (usesOpenFhe(settings)) {
      jars.add(installation.openFheJar());
    }
    if (!jars.isEmpty()) {
      out.addAll(
          List.of("--jars", jars.stream().map(Path::toString).collect(Collectors.joining(","))));
    }
    out.addAll(last);
    Path jar = installation.sparkJar();
    out.addAll(List.of("--class", Installation.mainClass(jar), jar.toString()));
    return concatenated(out, arguments);
  }

  private List<Path> clusterClassPath(Settings settings) {
    boolean openFhe = usesOpenFhe(settings);
    List<Path> out =
        installation.classPath("spark", name -> openFhe || !name.startsWith("hetal-he-openfhe-"));
    out.addAll(cudaJar(settings));
    return out;
  }

  private List<Path> cudaJar(Settings settings) {
    return usesCuda(settings) ? List.of(installation.cudaJar()) : List.of();
  }

  private List<String> program(List<String> options, List<Path> classPath, Path jar) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> out = new ArrayList<>(List.of(java));
    out.addAll(options);
    out.addAll(List.of("-cp", joined(classPath), Installation.mainClass(jar)));
    return concatenated(out, arguments);
  }

  /** The same command after {@code ./hetal} has built an optional part. */
  private List<String> againWith(String part) {
    Set<String> parts = builtWith();
    parts.add(part);
    return concatenated(
        List.of(
            "/usr/bin/env",
            BUILT_WITH + "=" + String.join(" ", parts),
            installation.root().resolve("hetal").toString()),
        arguments);
  }

  private boolean needsOpenFheClient(Settings settings) {
    return settings != null
        && settings.client() == Settings.Client.OPENFHE
        && !isBuiltWith(OPENFHE);
  }

  private boolean usesOpenFhe(Settings settings) {
    return settings != null && settings.backend() == Settings.Backend.OPENFHE;
  }

  private boolean usesCuda(Settings settings) {
    return settings != null && settings.device() == Settings.Device.CUDA;
  }

  /** A package has the optional parts that it was made with. */
  private boolean isBuiltWith(String part) {
    return installation.packaged() || builtWith().contains(part);
  }

  private Set<String> builtWith() {
    return new LinkedHashSet<>(ShellWords.split(environment.getOrDefault(BUILT_WITH, "")));
  }

  private static String joined(List<Path> classPath) {
    return classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> concatenated(List<String> first, List<String> second) {
    List<String> out = new ArrayList<>(first);
    out.addAll(second);
    return out;
  }
}
