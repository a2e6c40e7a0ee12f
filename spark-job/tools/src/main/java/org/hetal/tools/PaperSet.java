package org.hetal.tools;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.hetal.config.SettingsException;

/** The data sets of {@code bench paper}, with what HETAL published for the same or a like one. */
enum PaperSet {
  MNIST("mnist-effnetlite0", new Published("MNIST", 3442.29, 9.46, 364, 96.73)),
  CIFAR10("cifar10-effnetlite0", new Published("CIFAR-10", 3114.30, 15.72, 198, 96.57)),
  FACEMASK("facemask-effnetlite0", new Published("Face Mask Detection", 566.72, 4.29, 132, 95.46)),
  PNEUMONIA("pneumoniamnist-effnetlite0", new Published("DermaMNIST", 1136.99, 7.06, 161, 76.06)),
  SNIPS("snips-minilm", new Published("SNIPS", 1264.27, 6.95, 182, 95.00));

  /**
   * A row of the paper's table, on one NVIDIA A40.
   *
   * @param name of its data set
   * @param seconds of the whole training
   * @param accuracy of the encrypted training on the test rows, in per cent
   */
  record Published(
      String name, double seconds, double secondsPerIteration, int iterations, double accuracy) {}

  private final String folder;
  private final Published published;

  PaperSet(String folder, Published published) {
    this.folder = folder;
    this.published = published;
  }

  Published published() {
    return published;
  }

  /** Its name on the command line, and of its settings in {@code conf/paper}. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws SettingsException when there is no set of that name
   */
  static PaperSet named(String name) {
    for (PaperSet set : values()) {
      if (set.label().equals(name)) {
        return set;
      }
    }
    throw new SettingsException(
        "--dataset: expected all, mnist, cifar10, facemask, pneumonia or snips, actual " + name);
  }

  /**
   * The settings that name its files below {@code data} and what a run writes below {@code run}.
   */
  Map<String, String> paths(Path data, Path run) {
    Map<String, String> out = new LinkedHashMap<>();
    for (String split : new String[] {"train", "validation", "test"}) {
      String front = data.resolve(folder).resolve(split).toString();
      out.put("data." + split + ".features", front + "_features.npy");
      out.put("data." + split + ".labels", front + "_labels.npy");
    }
    String owner = run.resolve("owner").toString();
    String cluster = run.resolve("cluster").toString();
    out.put("paths.secret-key", owner + "/secret.key");
    out.put("paths.private", owner);
    out.put("paths.model", owner + "/model");
    out.put("paths.plan", cluster + "/plan.json");
    out.put("paths.key-bundle", cluster + "/keys");
    out.put("paths.dataset", cluster + "/dataset");
    out.put("paths.run", cluster + "/run");
    out.put("oracle.certificate", cluster + "/oracle.pem");
    out.put("oracle.token-file", cluster + "/oracle.token");
    out.put("oracle.log", owner + "/oracle.jsonl");
    out.put("run-id", label());
    return out;
  }
}
