package org.hetal.owner.table.parquet;

import java.util.List;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/** What a column of a file can be used as. */
enum ColumnForm {
  /** One number in a row. */
  NUMBER,
  /** One text in a row: only for labels. */
  TEXT,
  /** A list of numbers in a row. */
  ARRAY,
  /** A vector of Spark ML: a group of type, size, indices and values. */
  VECTOR,
  /** None of these. */
  OTHER;

  private static final List<String> VECTOR_FIELDS = List.of("type", "size", "indices", "values");

  static ColumnForm of(Type type) {
    if (type.isPrimitive()) {
      boolean repeated = type.isRepetition(Type.Repetition.REPEATED);
      if (isNumber(type.asPrimitiveType())) {
        return repeated ? ARRAY : NUMBER;
      }
      return isText(type.asPrimitiveType()) && !repeated ? TEXT : OTHER;
    }
    GroupType group = type.asGroupType();
    if (type.isRepetition(Type.Repetition.REPEATED)) {
      return OTHER;
    }
    if (isVector(group)) {
      return VECTOR;
    }
    return element(group) != null ? ARRAY : OTHER;
  }

  private static boolean isVector(GroupType group) {
    return group.getFields().stream().map(Type::getName).toList().equals(VECTOR_FIELDS)
        && isInteger(group.getType("type"))
        && isInteger(group.getType("size"))
        && !group.getType("indices").isPrimitive()
        && !group.getType("values").isPrimitive()
        && element(group.getType("indices").asGroupType()) != null
        && element(group.getType("values").asGroupType()) != null;
  }

  private static boolean isInteger(Type type) {
    return type.isPrimitive()
        && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveType.PrimitiveTypeName.INT32
        && !type.isRepetition(Type.Repetition.REPEATED);
  }

  /**
   * The numbers of a list, as Spark, pandas and older writers lay it out: a group of one repeated
   * number, or of one repeated group of one number; null when the group is none.
   */
  static PrimitiveType element(GroupType list) {
    if (list.getFieldCount() != 1
        || !list.getType(0).isRepetition(Type.Repetition.REPEATED)
        || (list.getLogicalTypeAnnotation() != null
            && !(list.getLogicalTypeAnnotation()
                instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation))) {
      return null;
    }
    Type repeated = list.getType(0);
    if (!repeated.isPrimitive()) {
      GroupType group = repeated.asGroupType();
      if (group.getFieldCount() != 1 || group.getType(0).isRepetition(Type.Repetition.REPEATED)) {
        return null;
      }
      repeated = group.getType(0);
    }
    return repeated.isPrimitive() && isNumber(repeated.asPrimitiveType())
        ? repeated.asPrimitiveType()
        : null;
  }

  private static boolean isNumber(PrimitiveType type) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    boolean decimal = logical instanceof DecimalLogicalTypeAnnotation;
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN, FLOAT, DOUBLE -> logical == null;
      case INT32, INT64 ->
          logical == null || decimal || logical instanceof IntLogicalTypeAnnotation;
      case BINARY -> decimal;
      case FIXED_LEN_BYTE_ARRAY ->
          decimal || (logical instanceof Float16LogicalTypeAnnotation && type.getTypeLength() == 2);
      default -> false;
    };
  }

  /** Old writers leave out that bytes are text. */
  private static boolean isText(PrimitiveType type) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    return type.getPrimitiveTypeName() == PrimitiveType.PrimitiveTypeName.BINARY
        && (logical == null
            || logical instanceof StringLogicalTypeAnnotation
            || logical instanceof EnumLogicalTypeAnnotation);
  }

  /** What a column is that cannot be used as features, and what to do about it. */
  static String problem(Type type) {
    if (of(type) == TEXT) {
      return "text; leave it out with data.drop-columns, or encode it as numbers, in pandas with"
          + " get_dummies()";
    }
    boolean time =
        type.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation
            || type.getLogicalTypeAnnotation() instanceof DateLogicalTypeAnnotation
            || (type.isPrimitive()
                && type.asPrimitiveType().getPrimitiveTypeName()
                    == PrimitiveType.PrimitiveTypeName.INT96);
    return (time ? "dates or times" : "of the type " + describe(type))
        + "; leave it out with data.drop-columns, or write it as numbers, in Spark with"
        + " cast(\"double\")";
  }

  private static String describe(Type type) {
    String logical =
        type.getLogicalTypeAnnotation() == null ? "" : " " + type.getLogicalTypeAnnotation();
    return type.isPrimitive()
        ? type.asPrimitiveType().getPrimitiveTypeName() + logical
        : "group of " + type.asGroupType().getFieldCount() + " fields" + logical;
  }
}
