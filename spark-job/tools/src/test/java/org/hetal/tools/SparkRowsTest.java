package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.owner.EncryptedTraining;
import org.hetal.owner.LabeledData;
import org.hetal.owner.PlainModel;
import org.hetal.owner.UnlabeledRows;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Data frames of a real Spark session as the data owner's rows. */
@Tag("slow")
class SparkRowsTest {
  private static final String[] KINDS = {"sky", "ant", "bee"};
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", 2)
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Settings settings(String... pairs) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("backend", "simulator");
    all.put("parameters", "insecure_simulator_n10_l12");
    all.put("data.classes", "3");
    all.put("data.shuffle-seed", "none");
    all.put("data.test-fraction", "0");
    for (int i = 0; i < pairs.length; i += 2) {
      all.put(pairs[i], pairs[i + 1]);
    }
    return SettingsLoader.load(List.of(), all);
  }

  private static Dataset<Row> frame(List<Row> rows, Object... columns) {
    StructType schema = new StructType();
    for (int i = 0; i < columns.length; i += 2) {
      schema = schema.add((String) columns[i], (DataType) columns[i + 1], true);
    }
    return spark.createDataFrame(rows, schema);
  }

  private static double[] values(int row) {
    return new double[] {
      row % 3 + 0.01 * row, row % 2 == 0 ? 0 : 5.5, 100 * (row % 3 == 1 ? 1 : 0)
    };
  }

  private static Dataset<Row> vectors(int rows) {
    List<Row> out = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      double[] values = values(row);
      out.add(
          RowFactory.create(
              row % 2 == 0 ? Vectors.dense(values).toSparse() : Vectors.dense(values),
              KINDS[row % 3]));
    }
    return frame(out, "features", SQLDataTypes.VectorType(), "kind", DataTypes.StringType);
  }

  private static Table all(LabeledData data) {
    return data.prepared().splits().train();
  }

  @Test
  void vectorsArraysAndNumbers_giveTheSameRows() {
    Dataset<Row> vectors = vectors(12);
    Table fromVectors = all(LabeledData.of(settings(), vectors, List.of("features"), "kind"));
    List<Row> arrays = new ArrayList<>();
    List<Row> numbers = new ArrayList<>();
    for (int row = 0; row < 12; row++) {
      double[] v = values(row);
      arrays.add(RowFactory.create(List.of(v[0], v[1], v[2]), (row + 2) % 3));
      numbers.add(RowFactory.create(v[0], (float) v[1], (long) v[2], (double) ((row + 2) % 3)));
    }
    Table fromArrays =
        all(
            LabeledData.of(
                settings(),
                frame(
                    arrays,
                    "x",
                    DataTypes.createArrayType(DataTypes.DoubleType),
                    "y",
                    DataTypes.IntegerType),
                List.of("x"),
                "y"));
    Table fromNumbers =
        all(
            LabeledData.of(
                settings(),
                frame(
                    numbers,
                    "a.b",
                    DataTypes.DoubleType,
                    "c",
                    DataTypes.FloatType,
                    "d",
                    DataTypes.LongType,
                    "y",
                    DataTypes.DoubleType),
                List.of("a.b", "c", "d"),
                "y"));
    for (Table table : List.of(fromVectors, fromArrays, fromNumbers)) {
      assertEquals(11, table.rows(), "one of twelve rows validates");
      for (int row = 0; row < table.rows(); row++) {
        assertArrayEquals(values(row), table.features()[row]);
        assertEquals((row + 2) % 3, table.labels()[row]);
      }
    }
    assertEquals(List.of("ant", "bee", "sky"), fromVectors.classNames());
    assertEquals(List.of(), fromArrays.classNames());
    assertEquals(List.of("a.b", "c", "d"), fromNumbers.sourceColumns().names());
    assertEquals(12, UnlabeledRows.of(settings(), vectors, List.of("features")).table().rows());
  }

  @Test
  void badRows_areRefusedWithRowColumnAndValue() {
    Dataset<Row> nulls =
        frame(
            Arrays.asList(
                RowFactory.create(1.5, "ant"),
                RowFactory.create(null, "bee"),
                RowFactory.create(null, "bee")),
            "x",
            DataTypes.DoubleType,
            "kind",
            DataTypes.StringType);
    refused(nulls, List.of("x"), "kind", "Dataset<Row> row 2 column 0 (x)", "missing in all: 2 in");
    refused(nulls, List.of("x", "z"), "kind", "expected one column \"z\"", "\"x\", \"kind\"");
    refused(nulls, List.of("kind"), "x", "row 1 column \"kind\"", "actual \"ant\" (String)");
    refused(nulls, List.of("x", "kind"), "kind", "each named once");
    Dataset<Row> labels =
        frame(
            Arrays.asList(RowFactory.create(1.5, "ant"), RowFactory.create(2.5, null)),
            "x",
            DataTypes.DoubleType,
            "kind",
            DataTypes.StringType);
    refused(labels, List.of("x"), "kind", "row 2 column \"kind\"", "actual \"null\"");
    Dataset<Row> ragged =
        frame(
            Arrays.asList(
                RowFactory.create(List.of(1.0, 2.0), 0), RowFactory.create(List.of(1.0), 1)),
            "x",
            DataTypes.createArrayType(DataTypes.DoubleType),
            "y",
            DataTypes.IntegerType);
    refused(ragged, List.of("x"), "y", "row 2 column \"x\": expected 2 numbers", "actual 1");
  }

  private static void refused(
      Dataset<Row> frame, List<String> features, String label, String... parts) {
    DataException e =
        assertThrows(DataException.class, () -> LabeledData.of(settings(), frame, features, label));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  /** From a data frame to Spark ML's own model, through encrypted training on the simulator. */
  @Test
  void standardizedTraining_givesAModelForRawRows() {
    Settings settings =
        settings(
            "data.standardize",
            "true",
            "training.epochs",
            "4",
            "training.learning-rate",
            "20",
            "training.batch-rows",
            "32",
            "training.logit-range",
            "32");
    Dataset<Row> frame = vectors(60);
    LabeledData data = LabeledData.of(settings, frame, List.of("features"), "kind");
    PlainModel model = EncryptedTraining.inOneJvm(settings, data).run().model();
    assertEquals(List.of("ant", "bee", "sky"), model.classNames());
    LogisticRegressionModel sparkModel = model.toSparkMl();
    for (int row = 0; row < 60; row++) {
      int expected = (row + 2) % 3;
      assertEquals(expected, model.predict(values(row)), "row " + row);
      assertEquals(expected, (int) sparkModel.predict(Vectors.dense(values(row))));
    }
  }
}
