package org.hetal.tools;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.format.Json;
import org.hetal.he.FileReadException;

/** The {@code metrics.jsonl} that a training writes, read while it grows. */
final class MetricsFile {
  private final Path file;

  /**
   * @param run the folder of the run
   */
  MetricsFile(Path run) {
    this.file = run.resolve("metrics.jsonl");
  }

  /** Number of the last step that is done; 0: none yet. */
  int steps() {
    if (!Files.exists(file)) {
      return 0;
    }
    try {
      int last = 0;
      for (String line : Files.readAllLines(file)) {
        JsonNode event = Json.parse(line.getBytes(StandardCharsets.UTF_8));
        if (event.path("event").asText().equals("step")) {
          last = event.path("step").asInt();
        }
      }
      return last;
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }
}
