package org.hetal.owner.oracle;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.training.Judgement;
import org.hetal.training.Verdict;

/**
 * The owner's record of every answer, a JSON object a line. It is on disk before the answer is
 * given, and an oracle that is started again goes on from it, budget included.
 */
public final class OracleLog {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  private final Path file;
  private final List<Entry> entries;

  /**
   * An answer.
   *
   * @param time of the answer, ISO 8601
   * @param keyId under which the logits were encrypted
   * @param sha256 of the ciphertexts that were judged
   * @param loss stays here
   */
  public record Entry(
      String time,
      String runId,
      String keyId,
      int epoch,
      String sha256,
      double loss,
      double accuracy,
      double largestLogit,
      double drift,
      boolean stop,
      boolean best,
      String reason) {

    Judgement judgement() {
      Verdict.Decision decision = stop ? Verdict.Decision.STOP : Verdict.Decision.CONTINUE;
      return new Judgement(
          epoch, loss, accuracy, largestLogit, drift, new Verdict(decision, best, reason));
    }
  }

  private OracleLog(Path file, List<Entry> entries) {
    this.file = file;
    this.entries = entries;
  }

  /** Opens the log, with what it already holds. */
  public static OracleLog open(Path file) {
    return new OracleLog(file, read(file));
  }

  /**
   * The answers in a log; none when there is no such file.
   *
   * @throws DatasetException when a line is not an answer
   */
  public static List<Entry> read(Path file) {
    List<Entry> entries = new ArrayList<>();
    if (!Files.exists(file)) {
      return entries;
    }
    try {
      for (String line : Files.readAllLines(file)) {
        entries.add(JSON.readValue(line, Entry.class));
      }
      return entries;
    } catch (IOException e) {
      throw new DatasetException(
          file + " line " + (entries.size() + 1) + ": expected an answer of the oracle", e);
    }
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  void append(Entry entry) {
    try {
      if (file.toAbsolutePath().getParent() != null) {
        Files.createDirectories(file.toAbsolutePath().getParent());
      }
      byte[] line = (JSON.writeValueAsString(entry) + "\n").getBytes(StandardCharsets.UTF_8);
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        ByteBuffer buffer = ByteBuffer.wrap(line);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing " + file, e);
    }
    entries.add(entry);
  }
}
