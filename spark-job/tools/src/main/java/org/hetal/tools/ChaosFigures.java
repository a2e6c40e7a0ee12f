package org.hetal.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.he.engine.EngineLibrary;

/**
 * The file of {@code bench chaos --json}: one row per training, added to those of earlier calls of
 * the same commit on the same processor, and sums over all rows.
 */
final class ChaosFigures {
  private final Path file;
  private final long seed;

  ChaosFigures(Path file, long seed) {
    this.file = file;
    this.seed = seed;
  }

  /**
   * Adds a training.
   *
   * @param number of the training, from 1; decides the moments, together with the seed
   */
  void add(int number, ChaosTraining.Result result) {
    ArrayNode trainings = JsonNodeFactory.instance.arrayNode();
    if (Files.exists(file)) {
      ObjectNode before = Parties.read(file);
      if (before.path("commit").asText().equals(EngineLibrary.commit())
          && before.path("processor").asText().equals(Processor.name())) {
        before.path("trainings").forEach(trainings::add);
      }
    }
    trainings.add(row(number, result));
    Figures.write(all(trainings), file);
  }

  private ObjectNode row(int number, ChaosTraining.Result result) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("seed", seed);
    row.put("training", number);
    row.put("files", result.onHdfs() ? "hdfs" : "local");
    ArrayNode kills = row.putArray("kills");
    for (ChaosTraining.Kill kill : result.kills()) {
      ObjectNode one = kills.addObject().put("fault", kill.fault().label());
      one.put("after_step", kill.step());
      if (!kill.how().isEmpty()) {
        one.put("how", kill.how());
      }
    }
    result.exits().forEach(row.withArrayProperty("exit_codes")::add);
    if (!result.retries().isEmpty()) {
      result.retries().forEach(row.withArrayProperty("reasons_of_75")::add);
    }
    row.put("seconds", Math.round(result.seconds()));
    row.put("same_bytes", result.difference().isEmpty());
    if (!result.difference().isEmpty()) {
      row.put("difference", result.difference());
    }
    return row;
  }

  private static ObjectNode all(ArrayNode trainings) {
    Map<String, Integer> faults = new TreeMap<>();
    int kills = 0;
    int same = 0;
    long seconds = 0;
    for (JsonNode training : trainings) {
      for (JsonNode kill : training.path("kills")) {
        kills++;
        faults.merge(kill.path("fault").asText(), 1, Integer::sum);
      }
      same += training.path("same_bytes").asBoolean() ? 1 : 0;
      seconds += training.path("seconds").asLong();
    }
    ObjectNode out =
        Figures.of("./hetal bench chaos --kills N --seed S --json FILE", OwnerSide.PARAMETERS);
    out.put("kills", kills);
    out.put("seconds", seconds);
    out.put("trainings_with_same_bytes", same);
    out.put("trainings_with_a_difference", trainings.size() - same);
    ObjectNode counts = out.putObject("kills_by_fault");
    faults.forEach(counts::put);
    out.set("trainings", trainings);
    return out;
  }
}
