package org.hetal.owner.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Json;
import org.hetal.he.AtomicFile;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;
import org.hetal.he.library.OwnerOnly;
import org.hetal.training.EpochMetrics;
import org.hetal.training.StopDecision;

/**
 * The owner's record of every answer, one JSON object per line. An answer is on disk before it is
 * sent; an oracle that is started again continues from the log, query budget included. Only one
 * oracle at a time can open a log ({@link OracleLogLock}).
 *
 * <p>A last line that was cut, by a full disk or a crash, is of an answer that was not sent: it is
 * moved to {@code LOG.torn}. Damage anywhere else is refused.
 */
public final class OracleLog implements AutoCloseable {
  private final Path file;
  private final OracleLogLock lock;
  private final FileChannel channel;
  private final List<Entry> entries;
  private long size;

  /** Another oracle has the log. */
  public static final class HeldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HeldException(String message) {
      super(message);
    }
  }

  /**
   * An answer.
   *
   * @param time of the answer, ISO 8601
   * @param keyId under which the logits were encrypted
   * @param dataset SHA-256 of the data set's manifest; empty in a line that was written before logs
   *     had it
   * @param sha256 of the ciphertexts of validation logits
   * @param loss is not sent to the cluster
   */
  public record Entry(
      String time,
      String runId,
      String keyId,
      String dataset,
      int epoch,
      String sha256,
      double loss,
      double accuracy,
      double largestLogit,
      double drift,
      boolean stop,
      boolean best,
      String reason) {

    /** What the answer was computed from, and the answer. */
    public EpochMetrics metrics() {
      return new EpochMetrics(
          epoch, loss, accuracy, largestLogit, drift, new StopDecision(stop, best, reason));
    }
  }

  /**
   * @param whole bytes of the entries
   * @param torn what follows them: a line that was cut
   */
  private record Content(List<Entry> entries, int whole, byte[] torn) {}

  private OracleLog(
      Path file, OracleLogLock lock, FileChannel channel, List<Entry> entries, long size) {
    this.file = file;
    this.lock = lock;
    this.channel = channel;
    this.entries = entries;
    this.size = size;
  }

  /**
   * Opens the log for this oracle alone, with what it already holds; makes it when there is none.
   *
   * @param warnings told when a last line was cut, one line
   * @throws HeldException when another oracle has it open
   * @throws DatasetException when a line is not an answer, or not the next one of the same run
   */
  public static OracleLog open(Path file, Consumer<String> warnings) {
    Path absolute = file.toAbsolutePath();
    OracleLogLock lock = null;
    try {
      OwnerOnly.makeFolder(absolute.getParent());
      lock = OracleLogLock.acquire(absolute);
      FileChannel channel =
          FileChannel.open(
              absolute,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
              OwnerOnly.file());
      try {
        AtomicFile.synchronize(absolute.getParent());
        Content content = parse(file, Files.readAllBytes(absolute));
        if (content.torn().length > 0) {
          setAside(file, content, channel, warnings);
        }
        OracleLog log = new OracleLog(file, lock, channel, content.entries(), content.whole());
        log.endLastLine();
        return log;
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      closeQuietly(lock);
      throw FileWriteException.of(file, e);
    } catch (RuntimeException e) {
      closeQuietly(lock);
      throw e;
    }
  }

  private static void closeQuietly(OracleLogLock lock) {
    if (lock != null) {
      lock.close();
    }
  }

  /**
   * The answers in a log; none when there is no such file. A last line that was cut is left out.
   *
   * @throws DatasetException when a line is not an answer
   */
  public static List<Entry> read(Path file) {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      return parse(file, Files.readAllBytes(file)).entries();
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  private static Content parse(Path file, byte[] bytes) {
    List<Entry> entries = new ArrayList<>();
    int start = 0;
    while (start < bytes.length) {
      int end = start;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      Entry entry;
      try {
        entry = entry(Arrays.copyOfRange(bytes, start, end));
      } catch (IOException e) {
        if (wasCut(bytes, start, end)) {
          return new Content(entries, start, Arrays.copyOfRange(bytes, start, bytes.length));
        }
        throw damaged(file, entries.size() + 1, "an answer of the oracle", "none", e);
      }
      requireNext(file, entries, entry);
      entries.add(entry);
      start = end + 1;
    }
    return new Content(entries, bytes.length, new byte[0]);
  }

  /** Without its end, or with zeros where the file system had not written yet. */
  private static boolean wasCut(byte[] bytes, int start, int end) {
    boolean zeros = false;
    for (int i = start; i < end; i++) {
      zeros |= bytes[i] == 0;
    }
    return end == bytes.length || zeros && end == bytes.length - 1;
  }

  private static Entry entry(byte[] line) throws IOException {
    JsonNode json = Json.parse(line);
    if (json instanceof ObjectNode object && !object.has("dataset")) {
      object.put("dataset", "");
    }
    return Json.read(json, Entry.class);
  }

  private static void requireNext(Path file, List<Entry> before, Entry entry) {
    int line = before.size() + 1;
    if (entry.epoch() != line) {
      throw damaged(file, line, "the answer on epoch " + line, "epoch " + entry.epoch(), null);
    }
    if (line > 1 && !entry.runId().equals(before.get(0).runId())) {
      throw damaged(file, line, "run " + before.get(0).runId(), entry.runId(), null);
    }
  }

  private static DatasetException damaged(
      Path file, int line, String expected, String actual, Throwable cause) {
    return new DatasetException(
        file
            + " line "
            + line
            + ": expected "
            + expected
            + ", actual "
            + actual
            + "; restore the file from a copy, or move it away and train with another run-id",
        cause);
  }

  private static void setAside(
      Path file, Content content, FileChannel channel, Consumer<String> warnings)
      throws IOException {
    Path torn = file.resolveSibling(file.getFileName() + ".torn");
    try (FileChannel out =
        FileChannel.open(
            torn, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), OwnerOnly.file())) {
      writeFully(out, ByteBuffer.wrap(content.torn()));
      writeFully(out, ByteBuffer.wrap(new byte[] {'\n'}));
      out.force(true);
    }
    channel.truncate(content.whole());
    channel.force(true);
    warnings.accept(
        file
            + " line "
            + (content.entries().size() + 1)
            + ": was cut after "
            + content.torn().length
            + " bytes; that answer was not given; set aside in "
            + torn);
  }

  private static void writeFully(FileChannel to, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  /** Of a last line that has all but its line feed. */
  private void endLastLine() throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    if (size > 0 && channel.read(last, size - 1) == 1 && last.get(0) != '\n') {
      put(new byte[] {'\n'});
    }
  }

  /** Where the log is. */
  Path file() {
    return file;
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  /**
   * Adds an answer; it is on disk when this returns.
   *
   * @throws UncheckedIOException when it cannot be written; the log is then as before
   */
  void append(Entry entry) {
    try {
      put((Json.line(entry) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    }
    entries.add(entry);
  }

  /** Always at the end of the last whole line, so that what failed before is overwritten. */
  private void put(byte[] bytes) throws IOException {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer, size + buffer.position());
      }
      channel.force(true);
    } catch (IOException e) {
      channel.truncate(size);
      throw e;
    }
    size += bytes.length;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    } finally {
      lock.close();
    }
  }
}
