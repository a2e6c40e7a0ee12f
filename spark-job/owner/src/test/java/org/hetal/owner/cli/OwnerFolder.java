package org.hetal.owner.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.owner.Client;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.record.RecordStore;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;

/**
 * A data owner's folder with settings and 150 rows of three classes, and the owner's commands on
 * it, in this process. What the cluster would return is encrypted here.
 */
final class OwnerFolder {
  static final int CLASSES = 3;

  final Path root;
  final Path conf;
  final String parameters;
  private final String backend;
  private final String client;
  String output = "";

  OwnerFolder(Path root, String backend, String parameters) throws IOException {
    this(root, backend, "backend", parameters);
  }

  OwnerFolder(Path root, String backend, String client, String parameters) throws IOException {
    this.root = root;
    this.backend = backend;
    this.client = client;
    this.parameters = parameters;
    this.conf = root.resolve("owner.conf");
    Files.writeString(root.resolve("rows.csv"), rows(3, 150));
    Files.writeString(
        conf,
        """
hetal {
  backend = BACKEND
  client = CLIENT
  parameters = PARAMETERS
  threads = 1
  data { train.features = "ROOT/rows.csv", classes = 3 }
  training { batch-rows = 60, epochs = 2, logit-range = 64, learning-rate = 4 }
  paths {
    secret-key = "ROOT/owner/secret.key", private = "ROOT/owner", model = "ROOT/owner/model"
    key-bundle = "ROOT/cluster/keys", dataset = "ROOT/cluster/dataset"
    run = "ROOT/cluster/run"
  }
  oracle {
    certificate = "ROOT/cluster/oracle.pem", token-file = "ROOT/cluster/oracle.token"
    log = "ROOT/owner/oracle.jsonl"
  }
}
"""
            .replace("BACKEND", backend)
            .replace("CLIENT", client)
            .replace("PARAMETERS", parameters)
            .replace("ROOT", root.toString()));
  }

  /** Four features, the label last. */
  static String rows(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < count; i++) {
      int label = i % CLASSES;
      for (int column = 0; column < 4; column++) {
        double x = (column == label ? 1 : 0) + 0.2 * random.nextGaussian();
        rows.append(String.format(Locale.ROOT, "%.4f,", x));
      }
      rows.append(label).append('\n');
    }
    return rows.toString();
  }

  /** Runs a command; its exit status. */
  int hetal(String command, String... more) {
    CommandRun run = CommandRun.of(arguments(command, more).toArray(String[]::new));
    output = run.output();
    return run.status();
  }

  List<String> arguments(String command, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command, "-c", conf.toString()));
    arguments.addAll(List.of(more));
    return arguments;
  }

  Client client() {
    return Clients.of(
            SettingsLoader.load(
                List.of(), Map.of("backend", backend, "client", client, "parameters", parameters)))
        .load(root.resolve("owner/secret.key"), parameters, null);
  }

  EncryptedDataset dataset(String folder) {
    return EncryptedDataset.open(new LocalStorage(root.resolve(folder)));
  }

  /** What the cluster's train would leave: a model that takes feature k as the sign of class k. */
  void train(String datasetFolder, String runFolder, String runId) {
    EncryptedDataset dataset = dataset(datasetFolder);
    Layout layout = dataset.plan().layout();
    double[][] weights = new double[layout.classes()][layout.features()];
    for (int label = 0; label < weights.length; label++) {
      weights[label][label] = 8;
    }
    List<byte[]> encrypted = new ArrayList<>();
    try (Client client = client()) {
      for (double[] slots : Packing.packWeights(layout, weights)) {
        encrypted.add(
            client.encrypt(
                Arrays.stream(slots).map(x -> x / dataset.plan().schedule().stateScale()).toArray(),
                4));
      }
    }
    EncryptedModel.write(
        new LocalStorage(root.resolve(runFolder).resolve("model")),
        dataset.origin(),
        runId,
        2,
        2,
        3,
        encrypted,
        4);
  }

  /** What the cluster's predict would leave: row i belongs to class (i + 1) modulo the classes. */
  void predict(String rowsFolder, String logitsFolder) {
    EncryptedDataset rows = dataset(rowsFolder);
    Layout layout = rows.plan().layout();
    List<Integer> counts = new ArrayList<>();
    List<byte[]> encrypted = new ArrayList<>();
    int row = 0;
    // The rows that fill the last group are zeros, and so are their logits.
    int real = new RecordStore(root.resolve("owner")).rows(rows.id(), rowsFolder).rows();
    try (Client client = client()) {
      for (EncryptedDataset.Group group : rows.unlabelledGroups()) {
        double[][] logits = new double[group.rows()][layout.classes()];
        for (double[] values : logits) {
          values[(row + 1) % layout.classes()] = row < real ? 0.5 : 0;
          row++;
        }
        counts.add(group.rows());
        encrypted.add(client.encrypt(Packing.packLogits(layout, logits), 1));
      }
    }
    EncryptedLogits.write(
        new LocalStorage(root.resolve(logitsFolder)),
        rows.origin(),
        rows.id(),
        counts,
        encrypted,
        1);
  }

  /** The lines of a file. */
  List<String> lines(String file) throws IOException {
    return Files.readAllLines(root.resolve(file));
  }
}
