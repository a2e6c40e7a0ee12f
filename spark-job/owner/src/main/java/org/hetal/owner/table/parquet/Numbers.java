package org.hetal.owner.table.parquet;

import java.util.Arrays;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.PrimitiveType;

/** The numbers of one column in one row. */
final class Numbers {
  private double[] values = new double[1];
  private int size;
  private boolean present;

  /** Before a row. */
  void clear() {
    size = 0;
    present = false;
  }

  void add(double value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
    present = true;
  }

  /** Makes this so many zeros. */
  void fill(int length) {
    if (values.length < length) {
      values = new double[length];
    }
    Arrays.fill(values, 0, length, 0);
    size = length;
    present = true;
  }

  void set(int index, double value) {
    values[index] = value;
  }

  /** Whether the row has a value, which may be an empty list. */
  boolean isPresent() {
    return present;
  }

  int size() {
    return size;
  }

  double get(int index) {
    return values[index];
  }

  void copyTo(double[] out, int at) {
    System.arraycopy(values, 0, out, at, size);
  }

  /** Reads a list into this; a null among its elements is a missing value, NaN. */
  GroupConverter listConverter(GroupType list) {
    PrimitiveType element = ColumnForm.element(list);
    Converter repeated =
        list.getType(0).isPrimitive() ? new NumberConverter(element, this::add) : element(element);
    return new GroupConverter() {
      @Override
      public Converter getConverter(int fieldIndex) {
        return repeated;
      }

      @Override
      public void start() {
        size = 0;
        present = true;
      }

      @Override
      public void end() {}
    };
  }

  private GroupConverter element(PrimitiveType type) {
    NumberConverter number = new NumberConverter(type, this::add);
    return new GroupConverter() {
      private int before;

      @Override
      public Converter getConverter(int fieldIndex) {
        return number;
      }

      @Override
      public void start() {
        before = size;
      }

      @Override
      public void end() {
        if (size == before) {
          add(Double.NaN);
        }
      }
    };
  }
}
