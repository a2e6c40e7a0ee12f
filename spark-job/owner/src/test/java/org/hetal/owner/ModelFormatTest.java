package org.hetal.owner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.hetal.config.Settings;
import org.hetal.dataset.CommitException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Formats that Java can read; scikit-learn and Spark: dev/outputs_test.sh. */
class ModelFormatTest {
  @TempDir static Path root;
  private static PlainModel model;

  @BeforeAll
  static void train() {
    Settings settings = Clusters.simulated("data.centering", "true");
    EncryptedTraining.Result result =
        EncryptedTraining.inOneJvm(settings, Clusters.data(settings)).run();
    model = result.model();
  }

  @Test
  void onnx_inOnnxRuntime_givesTheProbabilitiesAndClassesOfTheModel() throws Exception {
    Path folder = root.resolve("onnx");
    model.save(folder, Set.of(ModelFormat.ONNX));
    double[][] rows = Clusters.features(9, 60);
    float[][] input = new float[rows.length][rows[0].length];
    for (int row = 0; row < rows.length; row++) {
      for (int column = 0; column < rows[row].length; column++) {
        input[row][column] = (float) rows[row][column];
        rows[row][column] = input[row][column];
      }
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(folder.resolve("model.onnx").toString());
        OnnxTensor features = OnnxTensor.createTensor(environment, input);
        OrtSession.Result result = session.run(Map.of("features", features))) {
      assertEquals(Set.of("features"), session.getInputNames());
      assertEquals(
          Map.of("run_id", model.runId(), "dataset_id", model.datasetId()),
          session.getMetadata().getCustomMetadata());
      float[][] probabilities = (float[][]) result.get("probabilities").get().getValue();
      long[] labels = (long[]) result.get("label").get().getValue();
      for (int row = 0; row < rows.length; row++) {
        double[] expected = model.probabilities(rows[row]);
        for (int label = 0; label < expected.length; label++) {
          assertEquals(expected[label], probabilities[row][label], 2e-6);
        }
        assertEquals(model.predict(rows[row]), labels[row]);
      }
    }
  }

  @Test
  void save_inEveryFormat_isRepeatableToTheByteAndPrivate() throws Exception {
    Path once = root.resolve("once");
    Path again = root.resolve("again");
    model.save(once, EnumSet.allOf(ModelFormat.class));
    model.save(again, EnumSet.allOf(ModelFormat.class));
    model.save(again, EnumSet.allOf(ModelFormat.class));
    List<String> expected =
        List.of(
            "model.json",
            "model.npz",
            "model.onnx",
            "spark-ml/data/part-00000.parquet",
            "spark-ml/metadata/part-00000");
    assertEquals(expected, files(again));
    for (String file : expected) {
      assertArrayEquals(
          Files.readAllBytes(once.resolve(file)), Files.readAllBytes(again.resolve(file)), file);
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(again.resolve(file))));
    }
    assertArrayEquals(model.coefficients(), PlainModel.load(again).coefficients());
  }

  @Test
  void save_inOneFormat_writesThatAndJson() throws Exception {
    model.save(root.resolve("default"));
    assertEquals(List.of("model.json", "model.npz"), files(root.resolve("default")));
    model.save(root.resolve("json"), Set.of(ModelFormat.JSON));
    assertEquals(List.of("model.json"), files(root.resolve("json")));
  }

  @Test
  void sparkMl_besideFilesOfAnotherProgram_isRefused() throws Exception {
    Path data = root.resolve("foreign/spark-ml/data");
    Files.createDirectories(data);
    Files.writeString(data.resolve("part-00000-x.snappy.parquet"), "x");
    String message =
        assertThrows(
                CommitException.class,
                () -> model.save(root.resolve("foreign"), Set.of(ModelFormat.SPARK_ML)))
            .getMessage();
    assertTrue(message.contains("expected no file or data/part-00000.parquet"), message);
    assertFalse(Files.exists(root.resolve("foreign/model.json")));
  }

  private static List<String> files(Path folder) throws Exception {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
