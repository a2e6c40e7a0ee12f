package org.hetal.owner.vectors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.DatasetWriter;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Origin;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.Storage;
import org.hetal.he.Ciphertext;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.encryption.DecryptedModel;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.RecordStore;
import org.hetal.owner.record.RowsRecord;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.hetal.plan.TrainingPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Data set, model, logits, the owner's records and the decrypted model, with simulated ciphertexts:
 * committed files are read and hold their values, and what is written today has the same bytes.
 */
class GoldenFilesTest {
  private static final String ID = "0123456789abcdef0123456789abcdef";
  private static final String ROWS_ID = "fedcba9876543210fedcba9876543210";
  private static final String KEY_ID = "00112233445566778899aabbccddeeff";
  private static final String TIME = "2026-01-01T00:00:00Z";
  private static final SimulatedParameters PARAMETERS = GoldenFolder.PARAMETERS;
  private static final TrainingPlan PLAN = GoldenFolder.plan();
  private static final Layout LAYOUT = PLAN.layout();
  private static final Origin ORIGIN = Origin.of(PLAN, KEY_ID, ID);

  @TempDir private Path root;
  private final Simulator simulator = new Simulator(PARAMETERS);

  private byte[] encrypted(double[] slots, int level) {
    try (Ciphertext a = simulator.encrypt(slots, level)) {
      return simulator.serialize(a);
    }
  }

  private double[] decrypted(byte[] ciphertext) {
    try (Ciphertext a = simulator.deserialize(ciphertext)) {
      return simulator.decrypt(a);
    }
  }

  /** {@code rows} rows whose values are multiples of 1/16. */
  private static double[][] rows(int first, int rows) {
    double[][] out = new double[rows][LAYOUT.features()];
    for (int i = 0; i < rows; i++) {
      for (int f = 0; f < LAYOUT.features(); f++) {
        out[i][f] = ((first + i) * 5 + f * 3) % 16 / 16.0 - 0.5;
      }
    }
    return out;
  }

  private static int[] labels(int rows) {
    int[] out = new int[rows];
    for (int i = 0; i < rows; i++) {
      out[i] = i % LAYOUT.classes();
    }
    return out;
  }

  private DatasetWriter.EncryptedGroup group(int first, int rows, boolean labels) {
    List<byte[]> features = new ArrayList<>();
    for (double[] block : Packing.packFeatures(LAYOUT, rows(first, rows))) {
      features.add(encrypted(block, 9));
    }
    byte[] encryptedLabels = labels ? encrypted(Packing.packLabels(LAYOUT, labels(rows)), 8) : null;
    return new DatasetWriter.EncryptedGroup(rows, features, 9, encryptedLabels, labels ? 8 : 0);
  }

  @Test
  void plan() {
    PlanFile.write(new LocalStorage(root), PLAN);
    GoldenFolder.requireSame(GoldenFolder.PLAN, root);
    assertEquals(GoldenFolder.newPlan().schedule(), PLAN.schedule());
    assertEquals(PARAMETERS.hash(), PLAN.parameters().hash());
  }

  @Test
  void dataset() {
    DatasetWriter writer = new DatasetWriter(new LocalStorage(root), ORIGIN, PLAN);
    writer.startBatch();
    writer.addMicrobatch(List.of(group(0, 8, true)));
    writer.startBatch();
    writer.addMicrobatch(List.of(group(8, 5, true)));
    writer.addUnlabelledGroup(group(13, 3, false));
    writer.commit();
    GoldenFolder.requireSame("dataset-3", root);

    Storage golden = new LocalStorage(GoldenFolder.of("dataset-3"));
    EncryptedDataset read = EncryptedDataset.open(golden);
    assertEquals(ORIGIN, read.origin());
    assertEquals(ID, read.id());
    assertEquals(PLAN, read.plan());
    assertEquals(List.of(8, 5), read.batches().stream().map(EncryptedDataset.Batch::rows).toList());
    int first = 0;
    for (EncryptedDataset.Group group : read.groups()) {
      double[][] packed = Packing.packFeatures(LAYOUT, rows(first, group.rows()));
      for (int i = 0; i < packed.length; i++) {
        assertArrayEquals(packed[i], decrypted(group.features().get(i).read(golden)));
        assertEquals(9, group.features().get(i).level());
      }
      if (group.labels() != null) {
        assertArrayEquals(
            Packing.packLabels(LAYOUT, labels(group.rows())),
            decrypted(group.labels().read(golden)));
      }
      first += group.rows();
    }
    assertEquals(16, first);
  }

  private static double[][] weights() {
    double[][] out = new double[LAYOUT.classes()][LAYOUT.features()];
    for (int c = 0; c < out.length; c++) {
      for (int f = 0; f < out[c].length; f++) {
        out[c][f] = (c * 7 + f * 3) % 8 / 4.0 - 1;
      }
    }
    return out;
  }

  private static double[][] times(double factor, double[][] values) {
    double[][] out = new double[values.length][];
    for (int i = 0; i < values.length; i++) {
      out[i] = java.util.Arrays.stream(values[i]).map(x -> factor * x).toArray();
    }
    return out;
  }

  private EncryptedModel writeModel(Path folder) {
    List<byte[]> compact = new ArrayList<>();
    for (double[] slots : Packing.packWeights(LAYOUT, times(1 / 16.0, weights()))) {
      compact.add(encrypted(slots, 4));
    }
    return EncryptedModel.write(new LocalStorage(folder), ORIGIN, "run-1", 5, 4, 3, compact, 4);
  }

  @Test
  void model() {
    writeModel(root);
    GoldenFolder.requireSame("model-3", root);

    Storage golden = new LocalStorage(GoldenFolder.of("model-3"));
    EncryptedModel read = EncryptedModel.open(golden);
    assertEquals(ORIGIN, read.origin());
    assertEquals("run-1", read.runId());
    assertEquals(List.of(5, 4, 3), List.of(read.epochs(), read.bestEpoch(), read.bootstraps()));
    double[][] slots =
        read.weights().stream().map(w -> decrypted(w.read(golden))).toArray(double[][]::new);
    double[][] actual = times(16, Packing.unpackWeights(LAYOUT, slots));
    for (int c = 0; c < actual.length; c++) {
      assertArrayEquals(weights()[c], actual[c]);
    }
  }

  @Test
  void logits() {
    double[][] values = times(0.25, rows(0, 8));
    double[][] logits = new double[8][];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = java.util.Arrays.copyOf(values[i], LAYOUT.classes());
    }
    EncryptedLogits.write(
        new LocalStorage(root),
        ORIGIN,
        ROWS_ID,
        List.of(8),
        List.of(encrypted(Packing.packLogits(LAYOUT, logits), 0)),
        0);
    GoldenFolder.requireSame("logits-3", root);

    Storage golden = new LocalStorage(GoldenFolder.of("logits-3"));
    EncryptedLogits read = EncryptedLogits.open(golden);
    assertEquals(ORIGIN, read.origin());
    assertEquals(ROWS_ID, read.rowsId());
    double[][] actual =
        Packing.unpackLogits(
            LAYOUT, decrypted(read.logits().get(0).read(golden)), read.rows().get(0));
    for (int i = 0; i < logits.length; i++) {
      assertArrayEquals(logits[i], actual[i]);
    }
  }

  private static Preparation preparation() {
    return new Preparation(
        4,
        List.of("a", "b", "c", "caf\u00e9"),
        new int[] {0, 2, 3},
        new double[] {0.25, 7, -0.5, 0},
        new double[] {0.5, -0.25, 0},
        new double[] {2, 0.5, 1},
        0.125,
        1,
        1);
  }

  private static DatasetRecord datasetRecord() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("data.classes", "3");
    settings.put("data.shuffle-seed", "none");
    settings.put("training.learning-rate", "4.0");
    return new DatasetRecord(
        ID,
        TIME,
        "/somewhere/dataset",
        "b2".repeat(32),
        ORIGIN,
        settings,
        3,
        List.of("ant", "bee", "caf\u00e9"),
        preparation(),
        new DatasetRecord.Part(13, "d4".repeat(32), "e5".repeat(32)),
        new DatasetRecord.Part(3, "f6".repeat(32), "07".repeat(32)),
        null);
  }

  private static RowsRecord rowsRecord() {
    return new RowsRecord(
        ROWS_ID, TIME, "/somewhere/rows", ID, "rows.csv", new int[] {3, 1, 2}, "18".repeat(32));
  }

  @Test
  void records() {
    RecordStore store = new RecordStore(root);
    store.write(datasetRecord(), PLAN);
    store.write(rowsRecord());
    GoldenFolder.requireSame("records-3", root);

    RecordStore golden =
        new RecordStore(GoldenFolder.privateCopy("records-3", root.resolve("golden")));
    DatasetRecord read = golden.dataset(ID, "test");
    DatasetRecord expected = datasetRecord();
    assertEquals(expected.toString().replaceAll("@[0-9a-f]+", ""), withoutArrays(read));
    assertArrayEquals(expected.preparation().kept(), read.preparation().kept());
    assertArrayEquals(expected.preparation().fills(), read.preparation().fills());
    assertArrayEquals(expected.preparation().means(), read.preparation().means());
    assertArrayEquals(expected.preparation().deviations(), read.preparation().deviations());
    assertEquals(PLAN, golden.plan(read));
    RowsRecord rows = golden.rows(ROWS_ID, "test");
    assertArrayEquals(rowsRecord().numbers(), rows.numbers());
    assertEquals(rowsRecord().digest(), rows.digest());
    assertEquals(ID, rows.datasetId());
    assertEquals(ID, golden.newestWrittenTo("/somewhere/dataset").id());
  }

  /**
   * Manifests of version 2 and records of version 1 have no plan, records of version 2 no classes.
   */
  @ParameterizedTest
  @CsvSource({"dataset-2,3,2", "model-2,3,2", "logits-2,3,2", "records-1,3,1", "records-2,3,2"})
  void filesOfAnotherVersion_areRefusedWithTheRemedy(String folder, int expected, int actual) {
    Path golden = GoldenFolder.privateCopy(folder, root);
    Storage storage = new LocalStorage(golden);
    Executable read =
        switch (folder) {
          case "dataset-2" -> () -> EncryptedDataset.open(storage);
          case "model-2" -> () -> EncryptedModel.open(storage);
          case "logits-2" -> () -> EncryptedLogits.open(storage);
          default -> () -> new RecordStore(golden).dataset(ID, "test");
        };
    String message = assertThrows(DatasetException.class, read).getMessage();
    String versions = "version: expected " + expected + ", actual " + actual;
    assertTrue(message.contains(versions + "; another release wrote it; run hetal"), message);
  }

  private static String withoutArrays(DatasetRecord record) {
    return record.toString().replaceAll("@[0-9a-f]+", "");
  }

  /** Which evaluation keys keygen made. */
  @Test
  void evaluationKeys() {
    List<String> manifests = List.of("5a".repeat(32), "a5".repeat(32));
    RecordStore written = new RecordStore(root);
    manifests.forEach(manifest -> written.addEvaluationKeys(KEY_ID, manifest));
    GoldenFolder.requireSame("evaluation-keys-1", root);
    Path copy = GoldenFolder.privateCopy("evaluation-keys-1", root.resolve("copy"));
    assertEquals(manifests, new RecordStore(copy).evaluationKeys(KEY_ID));
  }

  /** The bytes of a zip depend on the Java that writes it, so its entries are compared. */
  @Test
  void decryptedModel() throws Exception {
    Preparation preparation = preparation();
    double[][] weights = {{-1, -0.25, 0.5, 0.75}, {-0.5, 0.25, 0.5, -0.75}, {0, 0.25, -1, -0.25}};
    double[][] coefficients = {{1, 0, -0.5, 2}, {0, 0, 0.25, -2}, {-1, 0, 0.25, 0}};
    DecryptedModel model =
        new DecryptedModel(
            "run-1",
            ID,
            PARAMETERS.name(),
            5,
            4,
            3,
            weights,
            coefficients,
            new double[] {0.5, -0.5, 1e-300},
            List.of("ant", "bee", "caf\u00e9"),
            preparation);
    model.write(new LocalStorage(root));
    model.writeNpz(new LocalStorage(root));
    byte[] npz = Files.readAllBytes(root.resolve("model.npz"));
    Path golden = GoldenFolder.of("decrypted-model-2");
    if (Files.exists(golden)) {
      Files.copy(golden.resolve("model.npz"), root.resolve("model.npz"), REPLACE);
    }
    GoldenFolder.requireSame("decrypted-model-2", root);

    DecryptedModel read = DecryptedModel.read(new LocalStorage(golden));
    assertEquals("run-1", read.runId());
    assertEquals(ID, read.datasetId());
    for (int c = 0; c < coefficients.length; c++) {
      assertArrayEquals(weights[c], read.weights()[c]);
      assertArrayEquals(coefficients[c], read.coefficients()[c]);
    }
    assertArrayEquals(model.intercepts(), read.intercepts());
    assertEquals(List.of("ant", "bee", "caf\u00e9"), read.classNames());
    assertEquals(preparation.names(), read.preparation().names());
    assertArrayEquals(preparation.means(), read.preparation().means());

    Map<String, byte[]> entries = entries(Files.readAllBytes(golden.resolve("model.npz")));
    Map<String, byte[]> now = entries(npz);
    assertEquals(
        List.of("coef_.npy", "coefficients.npy", "intercept_.npy", "intercepts.npy", "weights.npy"),
        names(entries));
    assertEquals(names(entries), names(now));
    entries.forEach((name, bytes) -> assertArrayEquals(bytes, now.get(name), name));
    assertArray(weights, entries.get("weights.npy"));
    assertArray(coefficients, entries.get("coefficients.npy"));
    assertArray(new double[][] {model.intercepts()}, entries.get("intercepts.npy"));
  }

  @Test
  void decryptedModelOfAnEarlierRelease_isRefusedWithTheRemedy() {
    Storage earlier = new LocalStorage(GoldenFolder.of("decrypted-model"));
    String message =
        assertThrows(DatasetException.class, () -> DecryptedModel.read(earlier)).getMessage();
    assertTrue(message.contains("run it again"), message);
  }

  private static final java.nio.file.CopyOption REPLACE =
      java.nio.file.StandardCopyOption.REPLACE_EXISTING;

  private static List<String> names(Map<String, byte[]> entries) {
    return List.copyOf(entries.keySet());
  }

  private static Map<String, byte[]> entries(byte[] zip) throws Exception {
    Map<String, byte[]> out = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        assertEquals(0, entry.getTime(), "the time is that of every machine");
        out.put(entry.getName(), in.readAllBytes());
      }
    }
    return out;
  }

  /** NumPy's format version 1 of float64 in C order. */
  private static void assertArray(double[][] expected, byte[] npy) {
    int header = (npy[8] & 0xff) + 256 * (npy[9] & 0xff);
    assertEquals("NUMPY\u0001\u0000", new String(npy, 1, 7, StandardCharsets.ISO_8859_1));
    assertEquals(0, (10 + header) % 64);
    String shape = "'shape': (" + expected.length + ", " + expected[0].length + "), }";
    String text = new String(npy, 10, header, StandardCharsets.US_ASCII);
    assertEquals("{'descr': '<f8', 'fortran_order': False, " + shape, text.strip());
    ByteBuffer values =
        ByteBuffer.wrap(npy, 10 + header, npy.length - 10 - header).order(ByteOrder.LITTLE_ENDIAN);
    for (double[] row : expected) {
      for (double value : row) {
        assertEquals(value, values.getDouble());
      }
    }
    assertEquals(0, values.remaining());
  }
}
