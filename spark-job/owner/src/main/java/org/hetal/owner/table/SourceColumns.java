package org.hetal.owner.table;

import java.util.List;
import java.util.stream.IntStream;
import org.hetal.format.Shown;

/**
 * Where the features of a table stand in their file, for messages: a column has the number that it
 * has in the file, counted from 0 as the setting {@code data.label-column} counts, and its name.
 *
 * @param rowWord what a row's number counts: "line" of a text file, "row" of an array
 * @param positions of the features in the file, from 0
 * @param names of the features in the file's header; empty when it has none
 * @param sparse the file leaves out zeros, so columns beyond the last are zeros
 */
public record SourceColumns(String rowWord, int[] positions, List<String> names, boolean sparse) {

  /** Columns of an array without names. */
  public static SourceColumns ofArray(int columns) {
    return new SourceColumns("row", IntStream.range(0, columns).toArray(), List.of(), false);
  }

  /** "column 3 (width)", or without a header "column 3". */
  public String describe(int feature) {
    if (feature >= positions.length) {
      return "column " + feature;
    }
    String name = names.isEmpty() ? "" : " (" + Shown.unquoted(names.get(feature)) + ")";
    return "column " + positions[feature] + name;
  }
}
