package org.hetal.owner.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.hetal.format.Json;

/**
 * The Parquet file of a {@code LogisticRegressionModel}: one row with the columns of Spark's
 * VectorUDT and MatrixUDT, whose schema in Spark's own terms is in the file's metadata.
 */
final class SparkMlParquet {
  private static final String SCHEMA_KEY = "org.apache.spark.sql.parquet.row.metadata";
  private static final String VERSION_KEY = "org.apache.spark.version";
  private static final int DENSE = 1;

  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message spark_schema {
            required int32 numClasses;
            required int32 numFeatures;
            optional group interceptVector {
              required int32 type (INTEGER(8,true));
              optional int32 size;
              optional group indices (LIST) { repeated group list { required int32 element; } }
              optional group values (LIST) { repeated group list { required double element; } }
            }
            optional group coefficientMatrix {
              required int32 type (INTEGER(8,true));
              required int32 numRows;
              required int32 numCols;
              optional group colPtrs (LIST) { repeated group list { required int32 element; } }
              optional group rowIndices (LIST) { repeated group list { required int32 element; } }
              optional group values (LIST) { repeated group list { required double element; } }
              required boolean isTransposed;
            }
            required boolean isMultinomial;
          }
          """);

  private SparkMlParquet() {}

  static byte[] bytes(LinearModel model) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new StreamOutputFile(bytes))
            .withConf(new PlainParquetConfiguration())
            .withType(SCHEMA)
            .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
            .withExtraMetaData(Map.of(SCHEMA_KEY, sparkSchema(), VERSION_KEY, "4.1.0"))
            .build()) {
      writer.write(row(model));
    } catch (IOException e) {
      throw new UncheckedIOException("writing Parquet to memory", e);
    }
    return bytes.toByteArray();
  }

  private static Group row(LinearModel model) {
    Group row = new SimpleGroup(SCHEMA);
    row.append("numClasses", model.classes());
    row.append("numFeatures", model.columns());
    Group vector = row.addGroup("interceptVector");
    vector.append("type", DENSE);
    addAll(vector.addGroup("values"), model.intercepts());
    Group matrix = row.addGroup("coefficientMatrix");
    matrix.append("type", DENSE);
    matrix.append("numRows", model.classes());
    matrix.append("numCols", model.columns());
    addAll(matrix.addGroup("values"), byRow(model.coefficients()));
    matrix.append("isTransposed", true); // the values are row by row
    row.append("isMultinomial", true);
    return row;
  }

  private static double[] byRow(double[][] matrix) {
    return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
  }

  private static void addAll(Group list, double[] values) {
    for (double value : values) {
      list.addGroup("list").append("element", value);
    }
  }

  /** The schema as Spark's {@code StructType.json}. */
  private static String sparkSchema() {
    ArrayNode vector = Json.object().putArray("fields");
    field(vector, "type", false).put("type", "byte");
    field(vector, "size", true).put("type", "integer");
    array(vector, "indices", "integer");
    array(vector, "values", "double");
    ArrayNode matrix = Json.object().putArray("fields");
    field(matrix, "type", false).put("type", "byte");
    field(matrix, "numRows", false).put("type", "integer");
    field(matrix, "numCols", false).put("type", "integer");
    array(matrix, "colPtrs", "integer");
    array(matrix, "rowIndices", "integer");
    array(matrix, "values", "double");
    field(matrix, "isTransposed", false).put("type", "boolean");
    ObjectNode root = Json.object().put("type", "struct");
    ArrayNode fields = root.putArray("fields");
    field(fields, "numClasses", false).put("type", "integer");
    field(fields, "numFeatures", false).put("type", "integer");
    userType(field(fields, "interceptVector", true), "VectorUDT", vector);
    userType(field(fields, "coefficientMatrix", true), "MatrixUDT", matrix);
    field(fields, "isMultinomial", false).put("type", "boolean");
    return Json.line(root);
  }

  private static ObjectNode field(ArrayNode fields, String name, boolean nullable) {
    ObjectNode field = fields.addObject().put("name", name).put("nullable", nullable);
    field.putObject("metadata");
    return field;
  }

  private static void array(ArrayNode fields, String name, String element) {
    field(fields, name, true)
        .putObject("type")
        .put("type", "array")
        .put("elementType", element)
        .put("containsNull", false);
  }

  private static void userType(ObjectNode field, String name, ArrayNode fields) {
    ObjectNode type = field.putObject("type");
    type.put("type", "udt");
    type.put("class", "org.apache.spark.ml.linalg." + name);
    type.put("pyClass", "pyspark.ml.linalg." + name);
    type.putObject("sqlType").put("type", "struct").set("fields", fields);
  }
}
