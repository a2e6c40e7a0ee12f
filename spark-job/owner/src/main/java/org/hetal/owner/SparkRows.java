package org.hetal.owner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.hetal.config.Settings;
import org.hetal.format.Shown;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Heap;
import org.hetal.owner.table.LabelColumn;
import org.hetal.owner.table.SourceColumns;
import org.hetal.owner.table.Table;

/**
 * Rows of a Spark {@code Dataset<Row>} as a table: columns of numbers, arrays and vectors of Spark
 * ML, put side by side. What of {@link LabeledData} cannot be loaded without Spark.
 */
final class SparkRows {
  private static final String SOURCE = "Dataset<Row>";
  private static final String VECTORS = "org.apache.spark.ml.linalg.";

  private final List<String> featureColumns;
  private final String labelColumn; // null: none
  private final Settings.Data data;
  private final List<double[]> rows = new ArrayList<>();
  private final LabelColumn labels = new LabelColumn();
  private int[] widths; // of each feature column; null: no row was read yet

  private SparkRows(List<String> featureColumns, String labelColumn, Settings.Data data) {
    this.featureColumns = List.copyOf(featureColumns);
    this.labelColumn = labelColumn;
    this.data = data;
  }

  /**
   * Collects the rows, one partition after the other.
   *
   * @param featureColumns at least one
   * @param labelColumn null: none
   * @throws DataException naming row, column and value of what is wrong
   */
  static Table table(
      Dataset<Row> dataset, List<String> featureColumns, String labelColumn, Settings.Data data) {
    SparkRows reader = new SparkRows(featureColumns, labelColumn, data);
    reader.read(dataset);
    return reader.table().requireValid(data.classes(), data.missing());
  }

  private void read(Dataset<Row> dataset) {
    List<String> names = new ArrayList<>(featureColumns);
    if (labelColumn != null) {
      names.add(labelColumn);
    }
    List<String> there = Arrays.asList(dataset.columns());
    for (String name : names) {
      if (there.stream().filter(name::equals).count() != 1) {
        throw new DataException(
            SOURCE
                + ": expected one column "
                + Shown.quoted(name)
                + ", actual columns "
                + Shown.quoted(there));
      }
    }
    if (featureColumns.isEmpty() || names.stream().distinct().count() < names.size()) {
      throw new DataException(
          SOURCE
              + ": expected at least one column of features, each named once and not the label; actual"
              + " "
              + Shown.quoted(names));
    }
    Column[] columns =
        names.stream()
            .map(name -> functions.col('`' + name.replace("`", "``") + '`'))
            .toArray(Column[]::new);
    Iterator<Row> selected = dataset.select(columns).toLocalIterator();
    while (selected.hasNext()) {
      add(selected.next());
    }
    if (rows.isEmpty()) {
      throw new DataException(SOURCE + ": expected at least one row, actual none");
    }
  }

  private void add(Row row) {
    double[][] parts = new double[featureColumns.size()][];
    for (int column = 0; column < parts.length; column++) {
      parts[column] = numbers(row, column);
    }
    int[] actual = Arrays.stream(parts).mapToInt(part -> part.length).toArray();
    if (widths == null) {
      widths = actual;
    }
    for (int column = 0; column < parts.length; column++) {
      if (actual[column] != widths[column]) {
        throw new DataException(
            where(featureColumns.get(column))
                + ": expected "
                + widths[column]
                + " numbers as in the first row, actual "
                + actual[column]);
      }
    }
    if (labelColumn != null) {
      addLabel(row.get(parts.length));
    }
    rows.add(Arrays.stream(parts).flatMapToDouble(Arrays::stream).toArray());
    if ((rows.size() & 0xfff) == 0) {
      Heap.require(SOURCE, rows.size(), rows.get(0).length);
    }
  }

  private double[] numbers(Row row, int column) {
    Object value = row.get(column);
    String name = featureColumns.get(column);
    boolean scalar = row.schema() != null && isScalar(row, column);
    if (value == null && scalar) {
      return new double[] {Double.NaN};
    }
    if (value == null) {
      throw new DataException(
          where(name)
              + ": expected an array or vector, actual null; remove the row, with na.drop()");
    }
    if (value instanceof Number || value instanceof Boolean) {
      return new double[] {number(name, value)};
    }
    if (value instanceof scala.collection.Seq<?>) {
      return row.getList(column).stream()
          .mapToDouble(element -> element == null ? Double.NaN : number(name, element))
          .toArray();
    }
    if (value.getClass().getName().startsWith(VECTORS) && value instanceof Vector vector) {
      Heap.require(SOURCE, 1, vector.size());
      return vector.toArray();
    }
    throw notANumber(name, value);
  }

  private static boolean isScalar(Row row, int column) {
    return row.schema().fields()[column].dataType()
            instanceof org.apache.spark.sql.types.NumericType
        || row.schema().fields()[column].dataType()
            instanceof org.apache.spark.sql.types.BooleanType;
  }

  private double number(String name, Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    throw notANumber(name, value);
  }

  private DataException notANumber(String name, Object value) {
    return new DataException(
        where(name)
            + ": expected a number, an array of numbers or a vector of Spark ML, actual "
            + Shown.quoted(String.valueOf(value))
            + " ("
            + value.getClass().getSimpleName()
            + "); leave the column out or write it as numbers, with cast(\"double\")");
  }

  private void addLabel(Object value) {
    if (value instanceof String text && !text.isBlank()) {
      labels.add(text);
    } else if (value instanceof Boolean flag) {
      labels.add(flag ? 1 : 0);
    } else if (value instanceof Number number && !Double.isNaN(number.doubleValue())) {
      labels.add(number.doubleValue());
    } else {
      throw new DataException(
          where(labelColumn)
              + ": expected a number or a word as label, actual "
              + Shown.quoted(String.valueOf(value))
              + "; remove the row, with na.drop(), or name the column of the labels");
    }
  }

  /** The row that is read now. */
  private String where(String name) {
    return SOURCE + " row " + (rows.size() + 1) + " column " + Shown.quoted(name);
  }

  private Table table() {
    List<Integer> positions = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int column = 0; column < widths.length; column++) {
      for (int i = 0; i < widths[column]; i++) {
        positions.add(column);
        names.add(featureColumns.get(column) + (widths[column] > 1 ? "[" + i + "]" : ""));
      }
    }
    Table table =
        new Table(
            SOURCE,
            Table.numbered(rows.size()),
            rows.toArray(double[][]::new),
            null,
            new SourceColumns(
                "row", positions.stream().mapToInt(Integer::intValue).toArray(), names, false));
    return labelColumn == null
        ? table
        : table.withLabels(
            labels.classes(
                row -> SOURCE + " row " + (row + 1) + " column " + Shown.quoted(labelColumn),
                data.classes(),
                null));
  }
}
