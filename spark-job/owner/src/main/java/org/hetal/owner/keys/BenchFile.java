package org.hetal.owner.keys;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.format.Json;
import org.hetal.he.Parameters;
import org.hetal.owner.table.DataException;
import org.hetal.planner.CostModel;
import org.hetal.planner.CostsByThreads;

/** What {@code hetal bench engine --json FILE} measured, as the costs that a plan reckons with. */
public final class BenchFile {
  /**
   * What a rotation or product takes in a training, of what it takes alone near the top level,
   * where it is measured: many rotations share the decomposition of their ciphertext, products are
   * summed before they are rescaled, and most of both are done at lower levels. It is what remains
   * of measured iterations (he-native/cpp/bench/results/training_n16_l14.json, both sets) without
   * their bootstraps, of what the counts predict: 0.48 to 0.71.
   */
  private static final double IN_TRAINING = 0.56;

  private BenchFile() {}

  /**
   * Reads the medians. Bootstraps count as they were measured. Rotations and products count about
   * half, as they do in training: predicted iterations are within 10 % of measured ones.
   *
   * @throws DataException when it is no such file, or of another parameter set
   */
  public static CostModel costs(Path file, Parameters parameters) {
    try {
      return costs(file.toString(), Files.readAllBytes(file), parameters.name());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static DataException unreadable(Path file, IOException e) {
    return new DataException(
        file + ": expected the JSON of hetal bench engine, actual " + e.getMessage(), e);
  }

  /**
   * Whether the file has the costs of a set.
   *
   * @throws DataException when it is no such file
   */
  public static boolean isOf(Path file, Parameters parameters) {
    try {
      JsonNode entries = Json.parse(Files.readAllBytes(file));
      return entries.findValuesAsText("parameter_set").contains(parameters.name());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * The costs by threads of several files of {@code hetal bench engine --json}, one number of
   * threads each.
   *
   * @throws DataException when one is no such file, or of another parameter set
   */
  public static CostsByThreads byThreads(List<Path> files, Parameters parameters) {
    Map<Integer, CostModel> out = new TreeMap<>();
    for (Path file : files) {
      CostModel costs = costs(file, parameters);
      try {
        out.put(threads(file.toString(), Files.readAllBytes(file)), costs);
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }
    return new CostsByThreads(out);
  }

  private static int threads(String file, byte[] json) throws IOException {
    int threads = Json.parse(json).path(0).path("threads").asInt();
    if (threads < 1) {
      throw new DataException(file + ": expected entries with threads of at least 1, actual none");
    }
    return threads;
  }

  static CostModel costs(String file, byte[] json, String parameterSet) throws IOException {
    JsonNode entries = Json.parse(json);
    double rotate = median(file, entries, "rotate", parameterSet);
    double multiply = median(file, entries, "multiply", parameterSet);
    // A multiplication is a product with its relinearization, which costs what a rotation does.
    double product = Math.max(multiply - rotate, multiply / 10);
    return new CostModel(
        file,
        IN_TRAINING * rotate,
        IN_TRAINING * product,
        median(file, entries, "bootstrap", parameterSet),
        median(file, entries, "bootstrap_pair", parameterSet));
  }

  private static double median(String file, JsonNode entries, String name, String parameterSet) {
    for (JsonNode entry : entries) {
      if (entry.path("name").asText().equals(name)
          && entry.path("parameter_set").asText().equals(parameterSet)
          && entry.path("median_s").asDouble() > 0) {
        return entry.path("median_s").asDouble();
      }
    }
    throw new DataException(
        file
            + ": expected an entry "
            + name
            + " of "
            + parameterSet
            + " with a positive median_s, actual none");
  }
}
