package org.hetal.owner.encryption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
import org.hetal.owner.vectors.GoldenFolder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model that somebody else wrote: in a joint training the key holder. */
class DecryptedModelTest {
  @TempDir Path root;
  private Path file;

  @BeforeEach
  void copy() {
    file = GoldenFolder.privateCopy("decrypted-model-2", root).resolve("model.json");
  }

  private String refusal() {
    return assertThrows(
            DatasetException.class, () -> DecryptedModel.read(LocalStorage.ownerOnly(root)))
        .getMessage();
  }

  @Test
  void model_isReadAndIsNotLongerThanTheLimit() throws Exception {
    assertEquals(3, DecryptedModel.read(LocalStorage.ownerOnly(root)).intercepts().length);
    try (RandomAccessFile longer = new RandomAccessFile(file.toFile(), "rw")) {
      longer.setLength((64L << 20) + 1);
    }
    String refusal = refusal();
    assertTrue(refusal.contains("expected at most 67108864 bytes, actual more"), refusal);
  }

  /** Otherwise the first row that is predicted ends with an index out of bounds. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"intercepts\" : [ | \"intercepts\" : [ 0.5, | weights: expected 4 rows, actual 3",
        "[ [ 1.0, 0.0, -0.5, | [ [ 1.0, 0.0, | coefficients: expected 4 numbers, actual 3",
        "[ [ -1.0, -0.25, | [ [ -0.25, | weights: expected 4 numbers, actual 3",
        "\"columns\" : 4 | \"columns\" : 3 | names: expected none or 3, one for each column, actual 4",
        "\"kept\" : [ 0, 2 | \"kept\" : [ 0, 0 | preparation.kept: expected ascending columns",
        "[ \"ant\", \"bee\" | [ \"bee\", \"bee\" | classNames: expected different ones",
        "-0.5, 1.0E-300 | -0.5, 1.0E999 | intercepts: expected finite numbers",
      })
  void modelOfImpossibleShape_isRefused(String from, String to, String expected) throws Exception {
    String text = Files.readString(file);
    assertTrue(text.contains(from), text);
    Files.write(file, text.replace(from, to).getBytes(StandardCharsets.UTF_8));
    String refusal = refusal();
    assertTrue(refusal.contains("model.json: " + expected), refusal);
  }
}
