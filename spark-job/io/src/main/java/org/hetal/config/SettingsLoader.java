package org.hetal.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hetal.format.RunId;
import org.hetal.plan.MissingValues;
import org.hetal.plan.Scaling;
import org.hetal.plan.ValidationMetric;
import org.hetal.softmax.Softmax;

/**
 * Merges the defaults, HOCON files and {@code path=value} overrides into {@link Settings}, once. A
 * setting that does not exist is an error, so that a misspelt one is not ignored; all that is wrong
 * is reported together.
 */
public final class SettingsLoader {
  private static final String ROOT = "hetal";
  private static final String DEFAULTS = "org/hetal/config/defaults.conf";

  private static final String COUNT = "[1-9][0-9]{0,8}";
  private static final String MASTERS =
      "local, local[N], local[*], spark://HOST:PORT, yarn or k8s://URL";
  private static final String MASTER =
      ("local|local\\[(\\*|N)(, *N)?\\]|local-cluster\\[ *N *, *N *, *N *\\]|yarn|k8s://.+"
              + "|spark://[^/:, ]+:N(,[^/:, ]+:N)*")
          .replace("N", COUNT);

  /** The name of the plan beside a data set. */
  private static final String PLAN = "plan.json";

  private SettingsLoader() {}

  /**
   * Merges and checks. {@code load(List.of(), Map.of())} gives the defaults.
   *
   * @param files HOCON, later ones win; each has one object {@code hetal}
   * @param overrides setting (without {@code hetal.}) to value; they win over every file
   * @return valid settings
   * @throws SettingsException naming every setting that is wrong
   */
  public static Settings load(List<Path> files, Map<String, String> overrides) {
    ClassLoader loader = SettingsLoader.class.getClassLoader();
    Config defaults =
        ConfigFactory.parseResources(
            loader, DEFAULTS, ConfigParseOptions.defaults().setAllowMissing(false));
    Config merged = ConfigFactory.empty();
    for (Path file : files) {
      merged = parse(file).withFallback(merged);
    }
    for (Map.Entry<String, String> override : overrides.entrySet()) {
      merged =
          merged.withValue(
              ROOT + "." + name(override.getKey()),
              ConfigValueFactory.fromAnyRef(
                  override.getValue(), "the argument --set " + override.getKey()));
    }
    try {
      Config resolved = merged.withFallback(defaults).resolve();
      Config known = defaults.resolve();
      requireKnown(resolved, known);
      return read(resolved.getConfig(ROOT), new SettingsReport(known.getConfig(ROOT)));
    } catch (ConfigException e) {
      throw new SettingsException("settings: " + e.getMessage(), e);
    }
  }

  private static String name(String key) {
    try {
      return SettingPath.parse(key);
    } catch (IllegalArgumentException e) {
      throw new SettingsException("settings: " + e.getMessage(), e);
    }
  }

  private static Config parse(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new SettingsException("settings: expected a file, actual none at " + file);
    }
    try {
      return ConfigFactory.parseFile(
          file.toAbsolutePath().toFile(),
          ConfigParseOptions.defaults().setIncluder(new StrictIncluder(null)));
    } catch (ConfigException e) {
      throw new SettingsException("settings: " + e.getMessage(), e);
    }
  }

  private static void requireKnown(Config resolved, Config defaults) {
    List<String> unknown = new ArrayList<>();
    for (Map.Entry<String, ConfigValue> entry : resolved.entrySet()) {
      if (!defaults.hasPathOrNull(entry.getKey())
          || defaults.getValue(entry.getKey()).valueType() == ConfigValueType.OBJECT) {
        String name = shortened(entry.getKey());
        RenamedSettings.refuse(name, entry.getValue().origin().description());
        unknown.add(name + " (" + entry.getValue().origin().description() + ")");
      }
    }
    if (!unknown.isEmpty()) {
      unknown.sort(null);
      throw new SettingsException(
          "settings: expected one of those in defaults.conf, actual " + String.join(", ", unknown));
    }
  }

  private static String shortened(String path) {
    return path.startsWith(ROOT + ".") ? path.substring(ROOT.length() + 1) : path;
  }

  private static Settings read(Config config, SettingsReport report) {
    SettingsReader in = new SettingsReader(config);
    String parameters = in.matching("parameters", "(insecure_)?[a-z0-9_]+", "a parameter set");
    Settings.Backend backend = in.oneOf("backend", Settings.Backend.class);
    Long seed = in.longOrNone("insecure-seed");
    requireMatch(in, backend, parameters);
    Settings.Client client = client(in, backend);
    if (seed != null && client == Settings.Client.OPENFHE) {
      in.problem("insecure-seed", "none with the client openfhe, which takes no seed", "a seed");
    }
    if (seed != null
        && !parameters.startsWith("insecure_")
        && backend != Settings.Backend.SIMULATOR) {
      in.problem("insecure-seed", "none with the secure parameter set " + parameters, "a seed");
    }
    Settings.Data data = data(in);
    Settings.Training training = training(in);
    Settings settings =
        new Settings(
            in.matching("run-id", RunId.PATTERN, RunId.DESCRIPTION),
            backend,
            client,
            parameters,
            in.integer("threads", 0, 1024),
            device(in, backend),
            in.bytes("device-memory"),
            seed,
            data,
            training,
            in.oneOf("early-stopping.metric", ValidationMetric.class),
            paths(in),
            oracle(in, training),
            new Settings.Cluster(
                in.matching("cluster.master", MASTER, "a master that Spark knows: " + MASTERS),
                in.integer("cluster.partitions", 0, 1 << 20),
                in.bytes("cluster.cache-bytes"),
                in.integer("cluster.split", 0, 64),
                in.integer("training.checkpoint-every", 0, 1_000_000),
                in.bool("cluster.allow-unauthenticated")),
            report.all(config),
            report.changes(config));
    in.throwProblems();
    return settings;
  }

  private static void requireMatch(SettingsReader in, Settings.Backend backend, String parameters) {
    boolean fits =
        parameters.equals(ParameterSets.AUTO)
            ? !ParameterSets.choices(backend).isEmpty()
            : ParameterSets.backendOf(parameters) == backend;
    if (!fits) {
      String expected =
          switch (backend) {
            case NATIVE -> "auto or a set of the engine";
            case SIMULATOR -> "auto or insecure_simulator_nLOG_lLEVELS";
            case OPENFHE -> "a set of OpenFHE, openfhe_... or insecure_openfhe_...,";
          };
      in.problem("parameters", expected + " with the backend " + backend.label(), parameters);
    }
  }

  /** Only the native engine has another device than the processor. */
  private static Settings.Device device(SettingsReader in, Settings.Backend backend) {
    Settings.Device wanted = in.oneOf("device", Settings.Device.class);
    if (wanted != Settings.Device.CPU && backend != Settings.Backend.NATIVE) {
      in.problem("device", "cpu with the backend " + backend.label(), wanted.label());
    }
    return wanted;
  }

  /** Only the native engine lets one choose who handles the secret key. */
  private static Settings.Client client(SettingsReader in, Settings.Backend backend) {
    Settings.Client wanted = in.oneOf("client", Settings.Client.class);
    Settings.Client own =
        switch (backend) {
          case NATIVE -> Settings.Client.NATIVE;
          case OPENFHE -> Settings.Client.OPENFHE;
          case SIMULATOR -> Settings.Client.BACKEND;
        };
    if (wanted == Settings.Client.BACKEND || wanted == own) {
      return own;
    }
    if (backend != Settings.Backend.NATIVE) {
      in.problem("client", "backend with the backend " + backend.label(), wanted.label());
    }
    return wanted;
  }

  private static Settings.Data data(SettingsReader in) {
    double validation = in.real("data.validation-fraction", 0, 0.9);
    double test = in.real("data.test-fraction", 0, 0.9);
    if (validation + test >= 1) {
      in.problem(
          "data.validation-fraction", "below 1 together with data.test-fraction", validation);
    }
    return new Settings.Data(
        source(in, "data.train"),
        source(in, "data.validation"),
        source(in, "data.test"),
        validation,
        test,
        in.longOrNone("data.shuffle-seed"),
        in.oneOf("data.header", Settings.Header.class),
        separator(in),
        in.text("data.label-column"),
        in.texts("data.feature-columns"),
        in.texts("data.drop-columns"),
        in.texts("data.missing-words"),
        in.integer("data.classes", 2, 64),
        in.real("data.bias", 0, 1),
        in.oneOf("data.missing", MissingValues.class),
        in.bool("data.standardize"),
        in.bool("data.centering"),
        in.oneOf("data.scaling", Scaling.class),
        in.real("data.row-norm-bound", 1e-6, 1e6));
  }

  private static char separator(SettingsReader in) {
    String name =
        in.matching("data.separator", "[,;|]|tab|blank", "\",\", \";\", \"|\", tab or blank");
    return name.equals("tab")
        ? '\t'
        : name.equals("blank") ? ' ' : name.isEmpty() ? ',' : name.charAt(0);
  }

  private static Settings.Source source(SettingsReader in, String path) {
    Settings.Source source =
        new Settings.Source(in.optional(path + ".features"), in.optional(path + ".labels"));
    if (!source.isPresent() && !source.labels().isEmpty()) {
      in.problem(path + ".features", "a file, as " + path + ".labels is given", "\"\"");
    }
    return source;
  }

  private static Settings.Training training(SettingsReader in) {
    int rowsPerBlock = in.integer("training.rows-per-block", 0, 1 << 16);
    if (rowsPerBlock != 0 && Integer.bitCount(rowsPerBlock) != 1) {
      in.problem("training.rows-per-block", "0 or a power of two", rowsPerBlock);
    }
    return new Settings.Training(
        in.integer("training.batch-rows", 1, 1 << 24),
        in.integer("training.epochs", 1, 100_000),
        in.integer("training.patience", 1, 100_000),
        in.real("training.learning-rate", 1e-9, 1e6),
        logitRange(in),
        in.integer("training.groups-per-microbatch", 1, 2),
        rowsPerBlock);
  }

  private static int logitRange(SettingsReader in) {
    int actual = in.integer("training.logit-range", 1, 1 << 16);
    if (!Softmax.LOGIT_RANGES.contains(actual)) {
      in.problem("training.logit-range", "one of " + Softmax.LOGIT_RANGES, actual);
    }
    return actual;
  }

  private static Settings.Paths paths(SettingsReader in) {
    List<String> datasets = in.paths("paths.dataset");
    return new Settings.Paths(
        in.path("paths.secret-key"),
        in.optional("paths.passphrase"),
        in.path("paths.private"),
        in.path("paths.model"),
        planPath(in, datasets.get(0)),
        in.path("paths.key-bundle"),
        datasets,
        in.path("paths.run"));
  }

  /** The file itself, or plan.json beside the data set. */
  private static String planPath(SettingsReader in, String firstDataset) {
    if (!in.optional("paths.plan").isEmpty()) {
      return in.path("paths.plan");
    }
    String dataset = firstDataset.replaceAll("/+$", "");
    return dataset.substring(0, dataset.lastIndexOf('/') + 1) + PLAN;
  }

  private static Settings.Oracle oracle(SettingsReader in, Settings.Training training) {
    int budget = in.integer("oracle.query-budget", 0, 1_000_000);
    return new Settings.Oracle(
        oracleHost(in),
        in.integer("oracle.port", 0, 65535),
        in.path("oracle.certificate"),
        in.path("oracle.token-file"),
        in.path("oracle.log"),
        budget == 0 ? training.epochs() : budget,
        in.duration("oracle.retry-timeout", Duration.ofSeconds(1), Duration.ofDays(10)));
  }

  /** An IPv6 address loses its brackets. A name may have underscores, as in container networks. */
  private static String oracleHost(SettingsReader in) {
    String name = "[A-Za-z0-9][A-Za-z0-9._-]{0,252}";
    String address = "[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._-]+)?";
    String host =
        in.matching(
            "oracle.host",
            name + "|" + address + "|\\[" + address + "\\]",
            "a host name, an IPv4 or an IPv6 address, without scheme, path and port (oracle.port)");
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
