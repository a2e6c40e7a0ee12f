package org.hetal.owner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.FileReadException;
import org.hetal.owner.encryption.Precision;
import org.hetal.training.EarlyStopping;
import org.hetal.training.PlainTrainer;

/** Decrypted predictions, in the order in which the rows were encrypted. */
public final class Predictions {
  private static final int MOST_DECIMALS = 6;

  private final int[] rowNumbers;
  private final List<String> classNames;
  private final double[][] logits;
  private final Precision precision;

  Predictions(int[] rowNumbers, List<String> classNames, double[][] logits, Precision precision) {
    this.rowNumbers = rowNumbers;
    this.classNames = classNames;
    this.logits = logits;
    this.precision = precision;
  }

  /** {@return the largest logit where exact arithmetic gives 0; 0 when nothing was encrypted} */
  public double noise() {
    return precision.noise();
  }

  /** {@return the decimals of a probability that {@link #write(Path)} writes, 1 to 6} */
  public int decimals() {
    // A probability changes by at most a quarter of what one logit changes by.
    return Math.max(1, Math.min(MOST_DECIMALS, precision.decimals()));
  }

  /** {@return number of rows} */
  public int rows() {
    return logits.length;
  }

  /** {@return the number of each row in its file, from 1} A copy. */
  public int[] rowNumbers() {
    return rowNumbers.clone();
  }

  /** {@return logits, [rows][classes]} A copy. */
  public double[][] logits() {
    return Arrays.stream(logits).map(double[]::clone).toArray(double[][]::new);
  }

  /** {@return the word of each class in the training rows; empty when their labels are numbers} */
  public List<String> classNames() {
    return classNames;
  }

  /** {@return the class of each row, from 0} */
  public int[] labels() {
    return Arrays.stream(logits).mapToInt(EarlyStopping::largestIndex).toArray();
  }

  /** {@return the probability of each class, [rows][classes]} */
  public double[][] probabilities() {
    return Arrays.stream(logits).map(PlainTrainer::softmax).toArray(double[][]::new);
  }

  /**
   * The share of rows whose class is the label, 0 to 1.
   *
   * @param labels one per row
   * @return 0 to 1
   * @throws IllegalArgumentException when there are more or fewer labels than rows
   */
  public double accuracy(int[] labels) {
    if (labels.length != rows()) {
      throw new IllegalArgumentException(
          "labels: expected " + rows() + ", actual " + labels.length);
    }
    int hits = 0;
    for (int row = 0; row < logits.length; row++) {
      hits += EarlyStopping.largestIndex(logits[row]) == labels[row] ? 1 : 0;
    }
    return (double) hits / logits.length;
  }

  /**
   * Writes a CSV file (mode 0600) with one line per row: its number, the class, and the probability
   * of each class with {@link #decimals} decimals. Classes have the words that the training rows
   * have as labels, or numbers.
   *
   * @param file where it is
   * @throws CommitException when the file is there with another content
   */
  public void write(Path file) {
    write(file, Digits.PUBLISHABLE);
  }

  /**
   * As {@link #write(Path)}, on request with all digits.
   *
   * @param file where it is
   * @param digits of a probability
   * @throws CommitException when the file is there with another content
   */
  public void write(Path file, Digits digits) {
    byte[] csv = csv(digits);
    if (Files.exists(file)) {
      if (!Files.isRegularFile(file) || !Arrays.equals(read(file), csv)) {
        throw new CommitException(
            file + ": expected no file or one with these predictions, actual another; kept");
      }
      return;
    }
    Path absolute = file.toAbsolutePath();
    LocalStorage folder = LocalStorage.ownerOnly(absolute.getParent());
    String name = absolute.getFileName().toString();
    folder.removeLeftovers(name);
    folder.writeAtomically(name, csv);
  }

  private byte[] csv(Digits digits) {
    StringBuilder text = new StringBuilder("row,class");
    for (int label = 0; label < logits[0].length; label++) {
      text.append(',').append(quoted("probability_" + name(label)));
    }
    for (int row = 0; row < logits.length; row++) {
      text.append('\n').append(rowNumbers[row]);
      text.append(',').append(quoted(name(EarlyStopping.largestIndex(logits[row]))));
      for (double probability : PlainTrainer.softmax(logits[row])) {
        text.append(',');
        text.append(
            digits == Digits.ALL
                ? Double.toString(probability)
                : String.format(Locale.ROOT, "%." + decimals() + "f", probability));
      }
    }
    return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private String name(int label) {
    return label < classNames.size() ? classNames.get(label) : String.valueOf(label);
  }

  /** As RFC 4180 wants it where the text would be split. */
  private static String quoted(String text) {
    boolean split = text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return split ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }
}
