package org.hetal.owner.table.parquet;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.DoubleConsumer;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.hetal.owner.table.HalfFloat;

/** Passes the numbers of a column on as doubles, whatever type the column has. */
final class NumberConverter extends PrimitiveConverter {
  private final DoubleConsumer sink;
  private final boolean unsigned;
  private final boolean decimal;
  private final int scale;

  NumberConverter(PrimitiveType type, DoubleConsumer sink) {
    this.sink = sink;
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    unsigned = logical instanceof IntLogicalTypeAnnotation integer && !integer.isSigned();
    decimal = logical instanceof DecimalLogicalTypeAnnotation;
    scale = logical instanceof DecimalLogicalTypeAnnotation number ? number.getScale() : 0;
  }

  @Override
  public void addBoolean(boolean value) {
    sink.accept(value ? 1 : 0);
  }

  @Override
  public void addInt(int value) {
    addWhole(unsigned ? value & 0xffffffffL : value);
  }

  @Override
  public void addLong(long value) {
    if (unsigned && value < 0) {
      sink.accept(2.0 * (value >>> 1 | value & 1));
    } else {
      addWhole(value);
    }
  }

  private void addWhole(long value) {
    sink.accept(decimal ? BigDecimal.valueOf(value, scale).doubleValue() : value);
  }

  @Override
  public void addFloat(float value) {
    sink.accept(value);
  }

  @Override
  public void addDouble(double value) {
    sink.accept(value);
  }

  @Override
  public void addBinary(Binary value) {
    byte[] bytes = value.getBytes();
    sink.accept(
        decimal
            ? new BigDecimal(new BigInteger(bytes), scale).doubleValue()
            : HalfFloat.value(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort()));
  }
}
