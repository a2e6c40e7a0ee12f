package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.Storage;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;

/**
 * Real ciphertexts of a toy ring with their keys, and the model of an undisturbed training inside
 * this process, whose bytes those of a training on a cluster must equal.
 */
final class ClusterToy implements AutoCloseable {
  static final int EPOCHS = 3;

  final Path root;
  final EncryptedToy toy;
  private final Client owner;
  private final List<byte[]> expected;

  /**
   * @param root gets {@code dataset}, {@code keys}, the oracle's files and the undisturbed run
   */
  ClusterToy(Path root) throws Exception {
    this.root = root;
    owner = NativeClient.insecureGenerate("insecure_n10_l12", 7);
    toy = new EncryptedToy(root, EPOCHS, "native", owner).write();
    owner.writeEvaluationKeys(root.resolve("keys"), toy.plan.keys(), (d, of, bytes) -> {});
    Path run = root.resolve("undisturbed");
    try (ToyOracle oracle = oracle(epoch -> {})) {
      List<String> arguments = toy.arguments("train", oracle.settings());
      arguments.addAll(List.of("--set", "paths.run=" + run));
      assertEquals(0, Main.run(arguments.toArray(String[]::new)));
    }
    expected = EncryptedToy.modelBytes(run);
  }

  /**
   * An oracle of one run.
   *
   * @param asked told the epoch of each question before it is answered
   */
  ToyOracle oracle(IntConsumer asked) throws Exception {
    EarlyStopping stopping = toy.decide();
    return new ToyOracle(
        root,
        0,
        request -> {
          asked.accept(request.epoch());
          return Reply.of(toy.decision(stopping, request.epoch(), request.ciphertexts()));
        });
  }

  /**
   * Writes {@code my.conf}, {@code oracle.pem} and {@code oracle.token} into a folder, as a user
   * has them before a submission: all that a driver may read.
   *
   * @param settings over those of the data set, such as {@code paths.run=hdfs://…}
   */
  Path configuration(Path folder, ToyOracle oracle, String... settings) throws IOException {
    Files.createDirectories(folder);
    Map<String, String> all = new TreeMap<>();
    List<String> arguments = new ArrayList<>(toy.arguments("train", oracle.settings()));
    arguments.addAll(List.of("--set", "oracle.certificate=oracle.pem"));
    arguments.addAll(List.of("--set", "oracle.token-file=oracle.token"));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    for (int i = 0; i + 1 < arguments.size(); i++) {
      if (arguments.get(i).equals("--set")) {
        String[] pair = arguments.get(i + 1).split("=", 2);
        all.put(pair[0], pair[1]);
      }
    }
    all.remove("cluster.master");
    StringBuilder text = new StringBuilder();
    all.forEach((key, value) -> text.append("hetal." + key + " = \"" + value + "\"\n"));
    Files.writeString(folder.resolve("my.conf"), text);
    for (String file : List.of("oracle.pem", "oracle.token")) {
      Files.copy(
          root.resolve(file),
          folder.resolve(file),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    return folder;
  }

  /** The files of a folder below the root, by their paths relative to the root. */
  List<String> files(String folder) throws IOException {
    try (Stream<Path> all = Files.walk(root.resolve(folder))) {
      return all.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  /** Fails unless the model of a run has the bytes of the undisturbed one. */
  void assertSameBytes(Storage model) {
    List<byte[]> actual =
        EncryptedModel.open(model).weights().stream().map(file -> file.read(model)).toList();
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "ciphertext " + i);
    }
  }

  @Override
  public void close() {
    owner.close();
  }
}
