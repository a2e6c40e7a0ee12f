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
  private BenchFile() {}

  /**
   * Reads the medians. Rotations and products are measured at 12 levels and mostly done at fewer,
   * so estimates are on the high side.
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
    return new CostModel(
        file,
        rotate,
        // A multiplication is a product with its relinearization, which costs what a rotation does.
        Math.max(multiply - rotate, multiply / 10),
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
