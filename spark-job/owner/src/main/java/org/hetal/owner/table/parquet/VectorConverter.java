package org.hetal.owner.table.parquet;

import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.schema.GroupType;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Heap;

/** Reads a vector of Spark ML: type 0 is sparse, with size, indices and values; type 1 is dense. */
final class VectorConverter extends GroupConverter {
  private static final double SPARSE = 0;
  private static final double DENSE = 1;

  private final RowPlace place;
  private final Numbers out;
  private final Numbers type = new Numbers();
  private final Numbers size = new Numbers();
  private final Numbers indices = new Numbers();
  private final Numbers values = new Numbers();
  private final Converter[] fields;

  /** Names the row and column that are read, for messages. */
  interface RowPlace {
    String describe();
  }

  VectorConverter(GroupType vector, Numbers out, RowPlace place) {
    this.out = out;
    this.place = place;
    fields =
        new Converter[] {
          new NumberConverter(vector.getType(0).asPrimitiveType(), type::add),
          new NumberConverter(vector.getType(1).asPrimitiveType(), size::add),
          indices.listConverter(vector.getType(2).asGroupType()),
          values.listConverter(vector.getType(3).asGroupType())
        };
  }

  @Override
  public Converter getConverter(int fieldIndex) {
    return fields[fieldIndex];
  }

  @Override
  public void start() {
    type.clear();
    size.clear();
    indices.clear();
    values.clear();
  }

  @Override
  public void end() {
    if (type.size() == 1 && type.get(0) == DENSE) {
      out.fill(values.size());
      for (int i = 0; i < values.size(); i++) {
        out.set(i, values.get(i));
      }
    } else if (type.size() == 1 && type.get(0) == SPARSE && size.size() == 1) {
      sparse(size.get(0));
    } else {
      throw new DataException(
          place.describe()
              + ": expected a vector of Spark ML of the type 0 (sparse) with its size or 1 (dense),"
              + " actual type "
              + (type.size() == 1 ? String.valueOf((long) type.get(0)) : "null"));
    }
  }

  private void sparse(double length) {
    boolean fits = length >= 0 && indices.size() == values.size();
    double last = -1;
    for (int i = 0; i < indices.size() && fits; i++) {
      fits = indices.get(i) > last && indices.get(i) < length;
      last = indices.get(i);
    }
    if (!fits) {
      throw new DataException(
          place.describe()
              + ": expected a sparse vector with ascending indices below its size and as many values,"
              + " actual size "
              + (long) length
              + ", "
              + indices.size()
              + " indices, "
              + values.size()
              + " values");
    }
    Heap.require(place.describe(), 1, (long) length);
    out.fill((int) length);
    for (int i = 0; i < indices.size(); i++) {
      out.set((int) indices.get(i), values.get(i));
    }
  }
}
