package org.hetal.owner.table.files;

import static org.hetal.owner.table.files.DataFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.hetal.he.IoReason;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.Splits;
import org.hetal.owner.table.numpy.NpzWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableReaderTest {
  @TempDir Path folder;

  @Test
  void missingFiles_areRefused() throws Exception {
    assertRefused(() -> DataFiles.read(folder.resolve("no.csv")), "no.csv: expected a file");
    Path features = matrix("x.npy", new double[][] {{1, 2}, {3, 4}});
    assertRefused(() -> DataFiles.read(features), "x.npy: expected labels", "set labels to");
    assertRefused(() -> DataFile.of("a\0b.csv"), "without the character NUL", "actual a\\0b.csv");
    assertRefused(() -> DataFile.of("/dev/null"), "/dev/null", "a pipe or device");
    Path spark = Files.createDirectory(folder.resolve("spark.csv"));
    assertRefused(() -> DataFiles.read(spark), "folder with .parquet files", "df.write.parquet");
  }

  @Test
  void reasonsOfFailures_areInWords() {
    assertEquals("permission denied", IoReason.of(new AccessDeniedException("x.csv")));
    assertEquals("no such file or folder", IoReason.of(new NoSuchFileException("x.csv")));
    assertEquals(
        "Is a directory", IoReason.of(new FileSystemException("x.csv", null, "Is a directory")));
    assertEquals("EOFException", IoReason.of(new EOFException()));
    assertEquals("input/output error", IoReason.of(new IOException("input/output error")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x.pq|rename it to .parquet",
        "x.xlsx|CSV UTF-8",
        "x.json|pd.read_json(FILE).to_parquet",
        "x.tsv|set data.separator = \"tab\"",
        "x.txt|rename it to .csv",
        "x.bin|write it as .csv or .npy",
        "csv|write it as .csv or .npy",
      })
  void formsThatAreNotRead_areRefusedWithTheRemedy(String name, String remedy) throws Exception {
    Path file = Files.writeString(folder.resolve(name), "1\n");
    assertRefused(
        () -> DataFiles.unlabelled(file), name, "expected .parquet, .csv, .csv.gz, .npy", remedy);
  }

  @Test
  void endings_areReadInCapitalsToo() throws Exception {
    assertEquals(1, DataFiles.read(Files.writeString(folder.resolve("A.CSV"), "1,2,0\n")).rows());
    assertEquals(1, DataFiles.unlabelled(matrix("A.NPY", new double[][] {{1, 2}})).rows());
  }

  @Test
  void labelsInAFileOfTheirOwn_areOneForEachRow() throws Exception {
    Path features = matrix("x.npy", new double[][] {{1, 2}, {3, 4}});
    String three = matrix("three.npy", new double[][] {{0}, {1}, {0}}).toString();
    assertRefused(
        () -> DataFiles.read(features, "train.labels", three), "three.npy: expected 2 labels");
    String csv = Files.writeString(folder.resolve("y.csv"), "1\n0\n").toString();
    assertArrayEquals(new int[] {1, 0}, DataFiles.read(features, "train.labels", csv).labels());
    String large = matrix("large.npy", new double[][] {{0}, {2}}).toString();
    assertRefused(
        () -> DataFiles.read(features, "train.labels", large),
        "large.npy row 2: expected a label of 0 to 1");
  }

  @Test
  void oneHotLabels_haveASingleOneInARow() throws Exception {
    Path features = matrix("x.npy", new double[][] {{1, 2}, {3, 4}});
    assertOneHot(features, new double[][] {{0, 1}, {1, 1}}, "row 2 column 1", "a second 1.0");
    assertOneHot(features, new double[][] {{0, 1}, {0, 0}}, "row 2", "only zeros");
    assertOneHot(features, new double[][] {{0, 1}, {0.7, 0.3}}, "row 2 column 0", "argmax(axis=1)");
    assertOneHot(features, new double[][] {{0, 1, 0}, {1, 0, 0}}, "data.classes, 2; actual 3");
  }

  @Test
  void libsvm_ofFewerColumnsIsFilledUpAndOfMoreIsRefused() throws Exception {
    Path train = Files.writeString(folder.resolve("t.libsvm"), "0 1:1 3:2\n1 2:5\n# end\n\n");
    Path narrow = Files.writeString(folder.resolve("n.libsvm"), "+1 1:3 # one\n");
    Splits splits = Splits.read(libsvm(train, narrow));
    assertArrayEquals(new double[][] {{1, 0, 2}, {0, 5, 0}}, splits.train().features());
    assertArrayEquals(new double[][] {{3, 0, 0}}, splits.validation().features());
    Preparation fitted = Preparation.fit(splits, libsvm(train, narrow));
    double factor = fitted.factor();
    Path rows = Files.writeString(folder.resolve("r.libsvm"), "9 2:1\n");
    assertArrayEquals(
        new double[] {0, factor, 0, 1}, fitted.applyToNew(DataFiles.unlabelled(rows))[0], 1e-15);
    Path wide = Files.writeString(folder.resolve("w.libsvm"), "1 4:3\n");
    assertRefused(() -> Splits.read(libsvm(train, wide)), "w.libsvm: expected 3 features", "4");
  }

  @Test
  void libsvm_ofAnotherFormIsRefused() throws Exception {
    assertLibsvm("0 1:1\n1 2:\n", "line 2 index 2: expected a finite number, actual \"\"");
    assertLibsvm("0 1:1\n1 qid:2 1:3\n", "line 2: expected INDEX:VALUE, actual \"qid:2\"");
    assertLibsvm("0 1:1\n1 2:1 2:3\n", "line 2: expected ascending indices", "actual 2 after 2");
    assertLibsvm("0 1:1\n1 2000000:1\n", "line 2: expected ascending indices of 1 to 1048576");
    assertLibsvm("0 1:1\n\n1 2:1\n", "line 2: expected a row, actual an empty line");
    assertLibsvm("1 1:1\n-1 2:1\n", "line 2 label: expected a label", "write 0 and 1");
    assertLibsvm("0\n1\n", "expected at least one row with a value");
    assertLibsvm("1,2 1:1\n", "line 1 label: expected a number");
  }

  @Test
  void tables_thatDoNotFitTheHeapAreRefused() throws Exception {
    assertLibsvm("0 1048576:1\n".repeat(100_000), "actual 100000 x 1048576 values", "-Xmx");
  }

  private static org.hetal.config.Settings.Data libsvm(Path train, Path validation) {
    return DataFiles.data(
        "train.features",
        train.toString(),
        "validation.features",
        validation.toString(),
        "test-fraction",
        "0",
        "shuffle-seed",
        "none");
  }

  private void assertLibsvm(String text, String... parts) throws Exception {
    Path file = Files.writeString(folder.resolve("bad.libsvm"), text);
    assertRefused(() -> DataFiles.read(file), parts);
  }

  private void assertOneHot(Path features, double[][] labels, String... parts) throws Exception {
    String file = matrix("hot.npy", labels).toString();
    assertRefused(() -> DataFiles.read(features, "train.labels", file), parts);
  }

  private Path matrix(String name, double[][] values) throws Exception {
    return Files.write(folder.resolve(name), NpzWriter.npy(values));
  }
}
