package org.hetal.owner.table.parquet;

import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Reads the columns of a row, each into {@link Numbers}, or a column of texts into one text. */
final class RowMaterializer extends RecordMaterializer<Void> {
  private final Numbers[] numbers;
  private final String[] texts;
  private final GroupConverter root;

  /**
   * @param schema of the columns that are read
   * @param place names the row and the column of {@code schema} that are read
   */
  RowMaterializer(MessageType schema, java.util.function.IntFunction<String> place) {
    int columns = schema.getFieldCount();
    numbers = new Numbers[columns];
    texts = new String[columns];
    Converter[] converters = new Converter[columns];
    for (int column = 0; column < columns; column++) {
      numbers[column] = new Numbers();
      int index = column;
      converters[column] = converter(schema.getType(column), column, () -> place.apply(index));
    }
    root =
        new GroupConverter() {
          @Override
          public Converter getConverter(int fieldIndex) {
            return converters[fieldIndex];
          }

          @Override
          public void start() {
            for (int column = 0; column < columns; column++) {
              numbers[column].clear();
              texts[column] = null;
            }
          }

          @Override
          public void end() {}
        };
  }

  private Converter converter(Type type, int column, VectorConverter.RowPlace place) {
    return switch (ColumnForm.of(type)) {
      case NUMBER -> new NumberConverter(type.asPrimitiveType(), numbers[column]::add);
      case ARRAY ->
          type.isPrimitive()
              ? new NumberConverter(type.asPrimitiveType(), numbers[column]::add)
              : numbers[column].listConverter((GroupType) type);
      case VECTOR -> new VectorConverter((GroupType) type, numbers[column], place);
      case TEXT ->
          new PrimitiveConverter() {
            @Override
            public void addBinary(Binary value) {
              texts[column] = value.toStringUsingUTF8();
            }
          };
      case OTHER -> throw new IllegalStateException("columns are checked before they are read");
    };
  }

  /** The numbers of a column in the row that was read last. */
  Numbers numbers(int column) {
    return numbers[column];
  }

  /** The text of a column in the row that was read last; null when it has none. */
  String text(int column) {
    return texts[column];
  }

  @Override
  public Void getCurrentRecord() {
    return null;
  }

  @Override
  public GroupConverter getRootConverter() {
    return root;
  }
}
