package org.hetal.owner.keys;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
      return costs(file.toString(), Files.readAllBytes(file), parameters);
    } catch (IOException e) {
      throw new DataException(
          file + ": expected the JSON of hetal bench engine, actual " + e.getMessage(), e);
    }
  }

  /**
   * The figures of the project's own machine (two cores with AVX-512-IFMA), for a first estimate;
   * empty for parameter sets that were not measured. They are the entries of the file of the same
   * name in {@code he-native/cpp/bench/results} that a plan uses.
   */
  public static Optional<CostModel> shipped(Parameters parameters) {
    String name = parameters.name() + "_2_threads.json";
    try (InputStream in = BenchFile.class.getResourceAsStream(name)) {
      return in == null
          ? Optional.empty()
          : Optional.of(
              costs("he-native/cpp/bench/results/" + name, in.readAllBytes(), parameters));
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + name, e);
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
        throw new DataException(file + ": " + e.getMessage(), e);
      }
    }
    return new CostsByThreads(out);
  }

  /**
   * The figures of the project's own machines by threads; empty for sets that were not measured.
   */
  public static Optional<CostsByThreads> shippedByThreads(Parameters parameters) {
    Map<Integer, CostModel> out = new TreeMap<>();
    for (String threads : List.of("1_thread", "2_threads", "16_threads")) {
      String name = parameters.name() + "_" + threads + ".json";
      try (InputStream in = BenchFile.class.getResourceAsStream(name)) {
        if (in == null) {
          continue;
        }
        byte[] json = in.readAllBytes();
        out.put(
            threads(name, json), costs("he-native/cpp/bench/results/" + name, json, parameters));
      } catch (IOException e) {
        throw new UncheckedIOException("reading " + name, e);
      }
    }
    return out.isEmpty() ? Optional.empty() : Optional.of(new CostsByThreads(out));
  }

  private static int threads(String file, byte[] json) throws IOException {
    int threads = Json.parse(json).path(0).path("threads").asInt();
    if (threads < 1) {
      throw new DataException(file + ": expected entries with threads of at least 1, actual none");
    }
    return threads;
  }

  private static CostModel costs(String file, byte[] json, Parameters parameters)
      throws IOException {
    JsonNode entries = Json.parse(json);
    double rotate = median(file, entries, "rotate", parameters);
    double multiply = median(file, entries, "multiply", parameters);
    return new CostModel(
        file,
        rotate,
        // A multiplication is a product with its relinearization, which costs what a rotation does.
        Math.max(multiply - rotate, multiply / 10),
        median(file, entries, "bootstrap", parameters),
        median(file, entries, "bootstrap_pair", parameters));
  }

  private static double median(String file, JsonNode entries, String name, Parameters parameters) {
    for (JsonNode entry : entries) {
      if (entry.path("name").asText().equals(name)
          && entry.path("parameter_set").asText().equals(parameters.name())
          && entry.path("median_s").asDouble() > 0) {
        return entry.path("median_s").asDouble();
      }
    }
    throw new DataException(
        file
            + ": expected an entry "
            + name
            + " of "
            + parameters.name()
            + " with a positive median_s, actual none");
  }
}
