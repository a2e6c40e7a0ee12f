package org.hetal.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private static final Map<String, String> BUILT = Map.of("HETAL_BUILT_WITH", "openfhe cuda");
  @TempDir Path folder;
  private FakeTree tree;
  private String said;

  @BeforeEach
  void makeTree() throws Exception {
    tree = FakeTree.in(Files.createDirectories(folder.resolve("a tree with blänks")));
    write("gpu.conf", "hetal.device = cuda");
    write("gpu.hocon", "hetal { device : \"cuda\" }");
    write("includes.conf", "include \"gpu.conf\"\nhetal.threads = 2");
    write("commented.conf", "# hetal.device = cuda\nhetal.paths.run = \"device = cuda\"");
    write("openfhe.conf", "hetal { backend = openfhe, parameters = openfhe_n16_l5 }");
  }

  private void write(String name, String text) throws Exception {
    Files.writeString(folder.resolve(name), text);
  }

  /** The words of a line; @ is the folder of the settings files. */
  private String[] words(String line) {
    List<String> out = new ArrayList<>();
    for (String word : line.split(" ")) {
      out.add(word.replace("@", folder + "/"));
    }
    return out.toArray(String[]::new);
  }

  private FakeTree.Result hetal(Map<String, String> environment, String line) {
    PrintStream err = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream captured = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setErr(captured);
      return tree.hetal(environment, words(line));
    } finally {
      System.setErr(err);
      said = bytes.toString(StandardCharsets.UTF_8);
    }
  }

  @Test
  void features_runsItsOwnProgramWithAllItsOptions() {
    for (String options : List.of("--model m.onnx --images x --output y.npy", "--help")) {
      FakeTree.Result result = hetal(Map.of("SPARK_HOME", "/nowhere"), "features " + options);
      assertEquals(0, result.status(), said);
      assertTrue(result.jars("-cp").contains("onnxruntime-1.jar"), result.jars("-cp"));
      List<String> last = List.of(("features.Main features " + options).split(" "));
      int words = result.words().size();
      assertEquals(last, result.words().subList(words - last.size(), words));
    }
    assertFalse(hetal(BUILT, "plan").jars("-cp").contains("onnxruntime"));
    assertFalse(hetal(BUILT, "train").jars("-cp").contains("onnxruntime"));
  }

  /** All ways to set a device, and some that only look so. */
  @ParameterizedTest
  @CsvSource({
    "train -c @gpu.conf, true",
    "train --set device=cuda, true",
    "train --set=device=cuda, true",
    "train --config=@gpu.conf, true",
    "train -c@gpu.conf, true",
    "train -c @includes.conf, true",
    "train -c @gpu.hocon, true",
    "train -c @gpu.conf --device cpu, false",
    "train --device=cuda, true",
    "train -qc@gpu.conf, true",
    "train -c @commented.conf, false",
    "train -c @gpu.conf -c @commented.conf, true",
    "train -c @gpu.conf -s device=cpu, false",
    "predict -o cuda -c @gpu.conf, true",
    "predict -o device=cuda, false",
    "bench train --iterations 2 --device cuda, true",
    "demo --fast --device cuda, true",
    "demo --simulator, false",
    "demo --owners 3, true",
    "demo --owners=3 --device cpu, false",
    "plan -c @gpu.conf, false",
    "keygen --device cuda, false"
  })
  void cudaJar_isOnTheClassPathOfWhatComputesOnCuda(String line, boolean expected) {
    FakeTree.Result result = hetal(BUILT, line);
    assertEquals(0, result.status(), said);
    assertEquals(expected, result.jars("-cp").contains("hetal-he-cuda-1.2.3.jar"), line);
  }

  @ParameterizedTest
  @CsvSource({
    "train, false",
    "train -c @openfhe.conf, true",
    "train --client openfhe, false",
    "train -s client=openfhe, false",
    "predict -o x --backend openfhe -s parameters=openfhe_n16_l5, true",
    "train -c @openfhe.conf --backend native -s parameters=n16_l12, false"
  })
  void openFhe_whoseLibraryCanDecrypt_isOnTheClustersClassPathOnlyToCompute(
      String line, boolean expected) {
    FakeTree.Result embedded = hetal(BUILT, line);
    assertEquals(0, embedded.status(), said);
    assertEquals(expected, embedded.jars("-cp").contains("openfhe"), line);
    assertFalse(embedded.jars("-cp").contains("hetal-owner"), line);
  }

  /** The registers and the stack in it may hold parts of a key. */
  @Test
  void crashFileOfAnOwner_isInAPrivateFolderOrNowhere() throws Exception {
    Path crash = tree.root().resolve(".hetal/crash");
    String option = "-XX:ErrorFile=" + crash + "/jvm_%p.log";
    List<String> words = hetal(BUILT, "keygen").words();
    assertTrue(words.contains(option) && words.contains("-XX:-CreateCoredumpOnCrash"));
    assertTrue(words.contains("-XX:+DisableAttachMechanism"), words.toString());
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(crash)));
    assertFalse(hetal(BUILT, "train").words().contains(option));
    String demo = String.join(" ", hetal(BUILT, "demo --fast").words());
    assertTrue(demo.contains("-Dhetal.demo.owner.java-options="), demo);
    assertTrue(demo.contains(option), demo);
    Files.setPosixFilePermissions(crash, PosixFilePermissions.fromString("rwxr-xr-x"));
    words = hetal(BUILT, "keygen").words();
    assertTrue(words.contains("-XX:+SuppressFatalErrorMessage"), words.toString());
    assertTrue(words.contains("-XX:+DisableAttachMechanism"), words.toString());
    assertFalse(words.contains(option));
  }

  @Test
  void demo_givesEachRoleItsOwnClassPath() {
    FakeTree.Result result = hetal(BUILT, "demo --fast --client openfhe");
    String options = String.join("\n", result.words());
    String cluster =
        options
            .lines()
            .filter(word -> word.startsWith("-Dhetal.demo.cluster.class"))
            .toList()
            .get(0);
    assertFalse(cluster.contains("openfhe") || cluster.contains("owner"), cluster);
    assertTrue(options.contains("-Dhetal.demo.owner.main=owner.Main"), options);
    assertTrue(options.contains("-Dhetal.demo.cluster.main=job.Main"), options);
    assertTrue(options.endsWith("tools.Main\ndemo\n--fast\n--client\nopenfhe"), options);
  }

  @Test
  void optionalParts_areBuiltBeforeTheCommandRuns() {
    String hetal = tree.root().resolve("hetal").toString();
    assertEquals(
        List.of("/usr/bin/env", "HETAL_BUILT_WITH=cuda", hetal, "train", "--device", "cuda"),
        hetal(Map.of(), "train --device cuda").words());
    assertEquals(
        List.of("/usr/bin/env", "HETAL_BUILT_WITH=openfhe", hetal, "keygen", "--client=openfhe"),
        hetal(Map.of(), "keygen --client=openfhe").words());
    assertEquals(
        List.of(
            "/usr/bin/env",
            "HETAL_BUILT_WITH=openfhe cuda",
            hetal,
            "demo",
            "--client=openfhe",
            "--device=cuda"),
        hetal(Map.of("HETAL_BUILT_WITH", "openfhe"), "demo --client=openfhe --device=cuda")
            .words());
  }

  @Test
  void spark_ofTheUser_getsTheJobAndTheJarsThatItNeeds() throws Exception {
    Path spark = Files.createDirectories(folder.resolve("my spark/bin")).getParent();
    Path submit = Files.createFile(spark.resolve("bin/spark-submit"));
    Map<String, String> environment =
        Map.of(
            "SPARK_HOME",
            spark.toString(),
            "HETAL_BUILT_WITH",
            "cuda",
            "HETAL_SPARK_OPTIONS",
            "--name 'my job'  --conf \"a=b c\" --conf x=y\\ z");
    assertEquals(78, hetal(environment, "train").status());
    assertTrue(said.contains("SPARK_HOME: expected a folder with bin/spark-submit"), said);
    assertTrue(submit.toFile().setExecutable(true));
    List<String> words = hetal(environment, "train -c @gpu.conf").words();
    assertEquals(
        List.of(
            submit.toString(),
            "--name",
            "my job",
            "--conf",
            "a=b c",
            "--conf",
            "x=y z",
            "--jars",
            tree.root().resolve("he-native/java/cuda/target/hetal-he-cuda-1.2.3.jar").toString(),
            "--class",
            "job.Main",
            tree.root().resolve("spark-job/spark/target/hetal-spark-1.2.3-spark.jar").toString(),
            "train",
            "-c",
            folder.resolve("gpu.conf").toString()),
        words);
    assertFalse(hetal(environment, "train").words().contains("--jars"));
  }

  @Test
  void report_isTheOwnersWithSettingsAndTheClustersWithout() throws Exception {
    for (String line : List.of("report run", "report hdfs://a/run --output x.html", "status run")) {
      FakeTree.Result result = hetal(Map.of(), line);
      assertEquals(0, result.status(), said);
      assertTrue(result.words().contains("job.Main"), result.words().toString());
      assertFalse(result.jars("-cp").contains("hetal-owner"), line);
    }
    write("plain.conf", "hetal.threads = 2");
    for (String line : List.of("report -c @plain.conf", "report run -s threads=2 -o x.html")) {
      FakeTree.Result result = hetal(Map.of(), line);
      assertEquals(0, result.status(), said);
      assertTrue(result.words().contains("owner.Main"), result.words().toString());
    }
  }

  @Test
  void status_withASparkOfTheUser_runsOnThisMachineWhateverMasterIsNamed() throws Exception {
    Path spark = Files.createDirectories(folder.resolve("spark/bin")).getParent();
    Path submit = Files.createFile(spark.resolve("bin/spark-submit"));
    assertTrue(submit.toFile().setExecutable(true));
    Map<String, String> environment =
        Map.of(
            "SPARK_HOME",
            spark.toString(),
            "HETAL_SPARK_OPTIONS",
            "--master yarn --deploy-mode cluster --conf spark.hadoop.a=b");
    List<String> words = hetal(environment, "status hdfs://a/run").words();
    assertEquals(
        List.of(
            submit.toString(),
            "--master",
            "yarn",
            "--deploy-mode",
            "cluster",
            "--conf",
            "spark.hadoop.a=b",
            "--master",
            "local",
            "--deploy-mode",
            "client",
            "--class",
            "job.Main",
            tree.root().resolve("spark-job/spark/target/hetal-spark-1.2.3-spark.jar").toString(),
            "status",
            "hdfs://a/run"),
        words);
  }

  @Test
  void package_runsTheCommandsOfItsRoleAndBuildsNothing() throws Exception {
    Path root = Files.createDirectories(folder.resolve("a package"));
    tree = FakeTree.packaged(root, "owner", "owner");
    Path lib = root.resolve("lib");
    for (String line : List.of("keygen", "keygen --client openfhe", "report -s threads=2")) {
      FakeTree.Result result = hetal(Map.of(), line);
      assertEquals(0, result.status(), said);
      assertEquals(
          lib.resolve("hetal-owner-1.2.3.jar") + ":" + lib.resolve("config-1.jar"),
          result.jars("-cp"));
    }
    for (String line : List.of("train", "train --help", "status run", "report run")) {
      assertRefused(line, "the cluster's package (hetal-cluster-1.2.3), actual: the package owner");
    }
    for (String line :
        List.of("demo --simulator", "bench train", "bench paper --data x", "bench engine")) {
      assertRefused(line, "a tree with the sources, actual: the package owner in " + root);
    }
  }

  @Test
  void packageOfTheCluster_hasNoCommandThatNeedsTheSecretKey() throws Exception {
    Path root = Files.createDirectories(folder.resolve("a package"));
    tree = FakeTree.packaged(root, "cluster", "spark");
    Path lib = root.resolve("lib");
    assertTrue(
        hetal(Map.of(), "train").words().contains("@" + lib.resolve("spark-java.options")), said);
    for (String line :
        List.of("plan", "keygen", "oracle", "decrypt-model", "report -s threads=2")) {
      assertRefused(
          line, "the data owner's package (hetal-owner-1.2.3), actual: the package cluster");
    }
    assertRefused("train --device cuda", "this package was made without it");
    Files.createFile(lib.resolve("hetal-he-cuda-1.2.3.jar"));
    assertTrue(hetal(Map.of(), "train --device cuda").jars("-cp").contains("hetal-he-cuda-1.2.3"));
  }

  private void assertRefused(String line, String part) {
    FakeTree.Result result = hetal(Map.of(), line);
    assertEquals(78, result.status(), line);
    assertTrue(said.contains(part), said);
    assertEquals(1, said.strip().lines().count(), said);
    assertTrue(result.words().isEmpty(), line);
  }

  @Test
  void help_needsNoSettings() {
    for (String line : List.of("train --help", "keygen -c absent.conf -h", "demo --help")) {
      FakeTree.Result result = hetal(Map.of(), line);
      assertEquals(0, result.status(), said);
      assertTrue(result.words().contains(line.split(" ")[0]), line);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "64, frobnicate, hetal: ",
    "64, bench, expected chaos",
    "64, bench he --threads 2, bench he is now named bench engine",
    "64, 'train --set training,epochs=3', expected a setting such as training.epochs",
    "64, plan --clear -c absent.conf, plan --clear is now named plan --plaintext",
    "78, train -c absent.conf, absent.conf",
    "78, train --device rocm, 'device: expected cpu or cuda, actual rocm'",
    "78, train -s oracle.patience-seconds=3, oracle.retry-timeout"
  })
  void wrongCommandLines_areRefusedInOneLine(int status, String line, String part) {
    FakeTree.Result result = hetal(Map.of(), line);
    assertEquals(status, result.status(), said);
    assertTrue(said.contains(part), said);
    assertEquals(1, said.strip().lines().count(), said);
    assertTrue(result.words().isEmpty());
  }

  @Test
  void nativeBenchmarks_getTheirOptionsAsTheyAre() {
    assertEquals(
        List.of(tree.root().resolve("dev/bench.sh").toString(), "engine", "--device", "cuda", "-x"),
        hetal(Map.of(), "bench engine --device cuda -x").words());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plan",
        "keygen",
        "change-passphrase",
        "encrypt",
        "oracle",
        "decrypt-model",
        "decrypt-predictions",
        "evaluate",
        "train",
        "predict",
        "status",
        "report",
        "demo",
        "bench engine",
        "bench openfhe",
        "bench train",
        "bench products",
        "bench softmax",
        "bench paper",
        "bench chaos",
        "bench memory",
        "bench scaling",
        "bench image"
      })
  void everyCommand_isInTheHelpAndKnown(String command) {
    assertTrue(
        Main.helpText().lines().anyMatch(line -> line.matches("  " + command + " {2,}.*")),
        command);
    String[] words = (command + " --help").split(" ");
    FakeTree.Result result = tree.hetal(Map.of(), words);
    assertEquals(0, result.status());
    assertTrue(
        result.words().containsAll(List.of(command.substring(command.indexOf(' ') + 1), "--help")));
  }
}
