package org.hetal.owner.table.files;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.hetal.config.Settings;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damaged files give a table or a refusal, never another exception, and take little memory. */
class ReaderFuzzTest {
  private static final int ROUNDS = Integer.getInteger("hetal.test.fuzz.rounds", 250);
  private static final long MOST_BYTES = 48L << 20;

  /** The library reads the footer into objects of its own. */
  private static final long MOST_BYTES_OF_PARQUET = 512L << 20;

  private static final int LARGEST_FILE = 8192;
  private static final byte[][] PIECES = {
    bytes("\n"),
    bytes("\r\n"),
    bytes(","),
    bytes("\""),
    bytes(";"),
    bytes(" "),
    bytes("nan"),
    bytes("1e309"),
    bytes("-"),
    bytes("("),
    bytes(")"),
    bytes("'"),
    bytes("99999999999"),
    bytes("{"),
    bytes("}"),
    bytes("True"),
    bytes("<f2"),
    bytes("|O"),
    bytes(":"),
    bytes("#"),
    {0},
    {(byte) 0xff},
    {(byte) 0xef, (byte) 0xbb, (byte) 0xbf},
    {0x1f, (byte) 0x8b},
    bytes("PK\3\4"),
  };

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "base/base.csv, .csv, false",
    "15/multiline.csv, .csv, true",
    "15/quoted.csv, .csv, false",
    "19/concat.csv.gz, .csv.gz, false",
    "base/y.npy, .npy, false",
    "08/v2.npy, .npy, false",
    "03/fortran.npy, .npy, false",
    "09/data.npz, .npz, false",
    "27/x.libsvm, .libsvm, false",
    "../parquet/arrays_none.parquet, .parquet, false",
    "../parquet/arrays_zstd.parquet, .parquet, false",
    "../parquet/types_v2_pages.parquet, .parquet, false",
    "../parquet/spark_sparse/part-00000.snappy.parquet, .parquet, false",
  })
  void mutations_giveATableOrARefusal(String name, String ending, boolean header)
      throws IOException {
    byte[] whole = Files.readAllBytes(DataFiles.resource("field-cases/" + name));
    byte[] seed =
        ending.endsWith(".csv") || ending.equals(".libsvm") ? Arrays.copyOf(whole, 400) : whole;
    Path file = folder.resolve("fuzz" + ending);
    Path read = ending.equals(".npz") ? folder.resolve("fuzz.npz#X") : file;
    Settings.Data data =
        DataFiles.data(
            "train.features",
            read.toString(),
            "header",
            String.valueOf(header),
            "classes",
            "3",
            "feature-columns",
            name.matches(".*(arrays|sparse).*parquet") ? "features" : "");
    SplittableRandom random = new SplittableRandom(name.hashCode());
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] input = mutated(seed, random);
      Files.write(file, input);
      long before = memory.getThreadAllocatedBytes(Thread.currentThread().getId());
      refused += isRefused(read, data, ending, input, round) ? 1 : 0;
      long taken = memory.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
      long most = ending.equals(".parquet") ? MOST_BYTES_OF_PARQUET : MOST_BYTES;
      assertTrue(taken < most, name + " round " + round + ": took " + taken + " bytes");
    }
    assertTrue(refused > ROUNDS / 10, "few mutations were refused: " + refused);
    assertTrue(refused < ROUNDS || ending.endsWith(".gz"), "none but gzip has a checksum");
  }

  private static boolean isRefused(
      Path file, Settings.Data data, String ending, byte[] input, int round) {
    boolean refused = false;
    for (int form = 0; form < 2; form++) {
      try {
        if (form == 0) {
          TableReader.unlabelled(file, data);
        } else if (!ending.startsWith(".np")) {
          Table table = TableReader.read(data.train(), data, null);
          assertTrue(table.labels().length == table.rows(), "labels");
        }
      } catch (DataException e) {
        refused = true;
        assertTrue(
            e.getMessage().contains("fuzz") && e.getMessage().lines().count() == 1, e.getMessage());
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + round + ": " + Arrays.toString(input), e);
      }
    }
    return refused;
  }

  private static byte[] mutated(byte[] seed, SplittableRandom random) {
    byte[] out = seed;
    int changes = random.nextInt(4);
    for (int change = 0; change <= changes && out.length > 0; change++) {
      int at = random.nextInt(random.nextBoolean() ? Math.min(out.length, 140) : out.length);
      int end = Math.min(out.length, at + random.nextInt(1 + random.nextInt(200)));
      switch (random.nextInt(6)) {
        case 0 -> {
          out = out.clone();
          out[at] ^= (byte) (1 << random.nextInt(8));
        }
        case 1 -> out = joined(out, at, PIECES[random.nextInt(PIECES.length)], at);
        case 2 -> {
          byte[] piece = PIECES[random.nextInt(PIECES.length)];
          out = joined(out, at, piece, Math.min(out.length, at + piece.length));
        }
        case 3 -> out = joined(out, at, new byte[0], end);
        case 4 -> out = joined(out, end, Arrays.copyOfRange(out, at, end), end);
        default -> out = Arrays.copyOf(out, at + 1);
      }
    }
    return out.length > LARGEST_FILE ? Arrays.copyOf(out, LARGEST_FILE) : out;
  }

  /** The head up to a place, a piece, and the tail from another place on. */
  private static byte[] joined(byte[] from, int head, byte[] piece, int tail) {
    byte[] out = Arrays.copyOf(from, head + piece.length + from.length - tail);
    System.arraycopy(piece, 0, out, head, piece.length);
    System.arraycopy(from, tail, out, head + piece.length, from.length - tail);
    return out;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
