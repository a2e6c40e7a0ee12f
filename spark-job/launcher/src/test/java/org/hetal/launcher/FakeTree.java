package org.hetal.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A tree that looks built, with empty jars. */
record FakeTree(Path root) {
  static final String VERSION = "1.2.3";

  static FakeTree in(Path root) throws IOException {
    FakeTree tree = new FakeTree(root);
    tree.module("owner", "owner.Main", "lib/hetal-he-openfhe-1.2.3.jar:lib/config-1.jar");
    tree.module("features", "features.Main", "lib/hetal-owner-1.2.3.jar:lib/onnxruntime-1.jar");
    tree.module("tools", "tools.Main", "lib/hetal-owner-1.2.3.jar");
    tree.module(
        "spark",
        "unused",
        "lib/hetal-io-1.2.3.jar:lib/hetal-he-openfhe-1.2.3.jar:lib/spark-core_2.13-4.9.9.jar");
    tree.jar("spark-job/spark/target/hetal-spark-1.2.3-spark.jar", "job.Main");
    Files.createDirectories(root.resolve("conf/data"));
    Files.writeString(root.resolve("conf/demo.conf"), "hetal.training.epochs = 2");
    Files.writeString(root.resolve("conf/demo-fast.conf"), "hetal.parameters = insecure_n12_l12");
    Files.writeString(root.resolve("conf/demo-owners.conf"), "hetal.device = cuda");
    Files.writeString(
        root.resolve("conf/demo-simulator.conf"),
        "hetal { backend = simulator, parameters = insecure_simulator_n12_l12 }");
    return tree;
  }

  /**
   * A package of a role that looks as {@code ./hetal package} makes it, with the class path of its
   * module.
   */
  static FakeTree packaged(Path root, String role, String module) throws IOException {
    FakeTree tree = new FakeTree(root);
    tree.jar("lib/hetal-" + module + "-" + VERSION + ".jar", role + ".Main");
    tree.jar("lib/hetal-spark-" + VERSION + "-spark.jar", "job.Main");
    Files.writeString(root.resolve("lib/" + module + ".classpath"), "config-1.jar");
    Files.writeString(root.resolve(Installation.PACKAGE), "role=" + role + "\ncommit=abc\n");
    return tree;
  }

  private void module(String name, String main, String classPath) throws IOException {
    jar("spark-job/" + name + "/target/hetal-" + name + "-" + VERSION + ".jar", main);
    Files.writeString(root.resolve("spark-job/" + name + "/target/classpath.txt"), classPath);
  }

  private void jar(String path, String main) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main);
    Files.createDirectories(root.resolve(path).getParent());
    try (OutputStream out = Files.newOutputStream(root.resolve(path));
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      jar.finish();
    }
  }

  private Map<String, String> withHome(Map<String, String> environment) {
    Map<String, String> out = new HashMap<>(environment);
    out.putIfAbsent("HOME", root.toString());
    return out;
  }

  /** What {@code ./hetal} would run, or nothing; {@code environment} as {@code NAME=VALUE}. */
  Result hetal(Map<String, String> environment, String... arguments) {
    List<String> words = new ArrayList<>();
    Launcher launcher =
        new Launcher(new Installation(root, VERSION), List.of(arguments), withHome(environment));
    return new Result(Main.run(launcher, words::addAll), words);
  }

  /**
   * @param words of the program to run
   */
  record Result(int status, List<String> words) {
    /** The class path, or the jars that are given to spark-submit. */
    String jars(String option) {
      return words.get(words.indexOf(option) + 1);
    }
  }
}
