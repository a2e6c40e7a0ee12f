package org.hetal.owner.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import org.hetal.format.Shown;

/**
 * The labels of a file that may be numbers or words, collected row by row. Words become the classes
 * 0, 1, ... in the order of their code points, as NumPy and scikit-learn sort them.
 */
public final class LabelColumn {
  /** More different words are not kept: the file is refused, as there are at most 64 classes. */
  private static final int MOST_WORDS = 1 << 12;

  private final Map<String, String> distinct = new HashMap<>();
  private final List<Double> numbers = new ArrayList<>();
  private final List<String> words = new ArrayList<>();
  private int rowsWithWords;

  /**
   * Labels as classes.
   *
   * @param labels 0 to classes - 1, one for each row
   * @param classNames the word of each class; empty when the labels are numbers
   */
  public record Classes(int[] labels, List<String> classNames) {}

  /** Adds the label of the next row. */
  public void add(double number) {
    numbers.add(number);
    words.add(null);
  }

  /** Adds the label of the next row: a number if the text is one, else a word. */
  public void add(String text) {
    if (PlainNumber.is(text)) {
      add(Double.parseDouble(text));
      return;
    }
    if (distinct.size() < MOST_WORDS) {
      distinct.putIfAbsent(text, text);
    }
    numbers.add(Double.NaN);
    words.add(distinct.getOrDefault(text, text));
    rowsWithWords++;
  }

  /** Rows that were added. */
  public int size() {
    return numbers.size();
  }

  /**
   * The classes.
   *
   * @param where file, row and column of a label, for messages
   * @param classes {@code data.classes}
   * @param known the names of the classes of the training rows, empty when their labels are
   *     numbers; null: these are the training rows
   * @throws DataException at the first label that is no class
   */
  public Classes classes(IntFunction<String> where, int classes, List<String> known) {
    boolean words = known == null ? rowsWithWords > 0 : !known.isEmpty();
    requireOneKind(where, words, known);
    if (!words) {
      double[] values = numbers.stream().mapToDouble(Double::doubleValue).toArray();
      return new Classes(Labels.check(values, where, classes), List.of());
    }
    List<String> names = known == null ? sorted(distinct.keySet()) : known;
    if (names.size() > classes) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected at most %d different labels, as data.classes = %d, actual %s%d: %s; set"
                  + " data.classes, or check data.label-column",
              where.apply(0),
              classes,
              classes,
              distinct.size() < MOST_WORDS ? "" : "at least ",
              names.size(),
              Shown.quoted(names)));
    }
    Map<String, Integer> numbers = new HashMap<>();
    names.forEach(name -> numbers.put(name, numbers.size()));
    int[] labels = new int[size()];
    for (int row = 0; row < labels.length; row++) {
      Integer label = numbers.get(this.words.get(row));
      if (label == null) {
        throw new DataException(
            where.apply(row)
                + ": expected a label of the training rows, "
                + Shown.quoted(names)
                + "; actual "
                + Shown.quoted(this.words.get(row)));
      }
      labels[row] = label;
    }
    return new Classes(labels, names);
  }

  private void requireOneKind(IntFunction<String> where, boolean words, List<String> known) {
    if (rowsWithWords == (words ? size() : 0)) {
      return;
    }
    // Of a few rows of one kind among many of the other, those few are wrong.
    boolean wrongAreWords = known == null ? 2 * rowsWithWords <= size() : !words;
    int wrong = first(wrongAreWords);
    String right = known == null ? ", as in " + where.apply(first(!wrongAreWords)) : "";
    throw new DataException(
        where.apply(wrong)
            + ": expected "
            + (wrongAreWords ? "a whole number" : "a word")
            + " as label"
            + (known == null ? right : ", as in the training rows")
            + "; actual "
            + (wrongAreWords ? Shown.quoted(this.words.get(wrong)) : numbers.get(wrong))
            + "; correct it"
            + (wrong == 0 ? ", or if it is the name of the column, set data.header = true" : ""));
  }

  private int first(boolean word) {
    int row = 0;
    while ((words.get(row) != null) != word) {
      row++;
    }
    return row;
  }

  /** The words in the order of their classes. */
  public static List<String> sorted(Collection<String> words) {
    return words.stream()
        .sorted((a, b) -> Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray()))
        .toList();
  }
}
