package org.hetal.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.plan.DataShape;
import org.hetal.plan.MissingValues;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Scaling;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.plan.ValidationMetric;
import org.hetal.planner.TrainingPlanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanFileTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SimulatedParameters PARAMETERS =
      SimulatedParameters.named("insecure_simulator_n11_l12");
  private static final TrainingPlan PLAN =
      TrainingPlanner.plan(
          PARAMETERS,
          new Schedule(300, 200, 0.1, 3, 2, 128, 2),
          new DataShape(300, 40, 20),
          7,
          new Preprocessing(0.7, true, false, MissingValues.REFUSE, Scaling.MAX_ROW_NORM, 1));

  private static final byte[] BYTES = PlanFile.bytes(PLAN);

  @TempDir Path folder;

  private static String refused(byte[] bytes) {
    String message =
        assertThrows(DatasetException.class, () -> PlanFile.parse("plan.json", bytes)).getMessage();
    assertTrue(message.startsWith("plan.json: "), message);
    return message;
  }

  private static ObjectNode tree() throws IOException {
    return (ObjectNode) JSON.readTree(BYTES);
  }

  @Test
  void plan_survivesTheFile() {
    Path file = folder.resolve("plan.json");
    PlanFile.write(file, PLAN);
    TrainingPlan read = PlanFile.read(file, PARAMETERS);
    assertEquals(PLAN.canonical(), read.canonical());
    assertEquals(PLAN.digest(), read.digest());
    assertEquals(PLAN.softmax(), read.softmax());
    assertArrayEquals(BYTES, PlanFile.bytes(read));
    LocalStorage storage = new LocalStorage(folder);
    assertTrue(PlanFile.isPresent(storage));
    assertEquals(PLAN.digest(), PlanFile.read(storage).digest());
  }

  /** Plans without standardizing have the bytes and the digests of earlier releases. */
  @Test
  void standardizeAndMissing_areWrittenWhereTheyAreNotTheDefault() {
    TrainingPlan plan = plan(true, MissingValues.MEAN);
    String text = new String(PlanFile.bytes(plan), StandardCharsets.UTF_8);
    assertTrue(text.contains("\"standardize\" : true"), text);
    assertTrue(text.contains("\"missing\" : \"MEAN\""), text);
    TrainingPlan read = PlanFile.parse("plan.json", PlanFile.bytes(plan));
    assertEquals(plan.preprocessing(), read.preprocessing());
    assertEquals(plan.digest(), read.digest());
    assertEquals(
        4,
        Stream.of(plan, PLAN, plan(true, MissingValues.REFUSE), plan(false, MissingValues.ZERO))
            .map(TrainingPlan::digest)
            .distinct()
            .count());
    String without = new String(BYTES, StandardCharsets.UTF_8);
    assertFalse(without.contains("standardize") || without.contains("missing"), without);
    String changed = text.replace("\"missing\" : \"MEAN\"", "\"missing\" : \"ZERO\"");
    assertTrue(refused(changed.getBytes(StandardCharsets.UTF_8)).contains("sha256: expected"));
  }

  /** Plans without a loss on ciphertexts have the bytes and the digests of earlier releases. */
  @Test
  void loss_isWrittenWhereItIsComputedOnCiphertexts() throws IOException {
    TrainingPlan plan =
        TrainingPlanner.plan(
            PARAMETERS,
            PLAN.layout(),
            PLAN.schedule(),
            40,
            PLAN.preprocessing(),
            ValidationMetric.ENCRYPTED_LOSS);
    byte[] bytes = PlanFile.bytes(plan);
    TrainingPlan read = PlanFile.parse("plan.json", bytes);
    assertEquals(plan.loss(), read.loss());
    assertEquals(plan.digest(), read.digest());
    assertNotEquals(PLAN.digest(), plan.digest());
    assertFalse(tree().get("content").has("loss"));
    for (String path : List.of("/loss/weights", "/loss/features", "/loss/softmax/outputLevel")) {
      ObjectNode root = (ObjectNode) JSON.readTree(bytes);
      set(root.get("content"), path, JSON.readTree("1"));
      String message = refused(JSON.writeValueAsBytes(root));
      assertTrue(message.contains("loss."), message);
    }
    ObjectNode without = (ObjectNode) JSON.readTree(bytes);
    ((ObjectNode) without.get("content")).remove("loss");
    assertTrue(refused(JSON.writeValueAsBytes(without)).contains("sha256: expected"));
  }

  /** A plan without pairs, whose logits repeat in the slots. */
  private static TrainingPlan smallMinibatches() {
    return TrainingPlanner.plan(
        PARAMETERS,
        new Schedule(40, 40, 1, 1, 1, 32, 1),
        new DataShape(40, 10, 4),
        3,
        Preprocessing.none());
  }

  @Test
  void keysOfSingleCiphertexts_areWrittenWhereAPlanHasNoPairs() throws IOException {
    TrainingPlan plan = smallMinibatches();
    int slots = PARAMETERS.slotCount();
    assertEquals(Set.of(plan.layout().period()), plan.keys().sparseBootstraps());
    byte[] bytes = PlanFile.bytes(plan);
    TrainingPlan read = PlanFile.parse("plan.json", bytes);
    assertEquals(plan.digest(), read.digest());
    assertEquals(plan.keys().sparseBootstraps(), read.keys().sparseBootstraps());
    assertFalse(JSON.readTree(bytes).at("/content/predictionKeys").has("sparseBootstraps"));
    for (String value : List.of("[null]", "[\"16\"]", "[1.5]", "[24]", "[" + 2 * slots + "]")) {
      ObjectNode root = (ObjectNode) JSON.readTree(bytes);
      ((ObjectNode) root.at("/content/keys")).set("sparseBootstraps", JSON.readTree(value));
      String message = refused(JSON.writeValueAsBytes(root));
      assertTrue(message.contains("sparseBootstraps"), message);
    }
  }

  /** Plans whose logits do not repeat have the bytes and the digests of earlier releases. */
  @Test
  void rowsPerGroup_areWrittenWhereLogitsRepeat() throws IOException {
    assertFalse(tree().at("/content/layout").has("rowsPerGroup"));
    TrainingPlan plan = smallMinibatches();
    assertTrue(plan.layout().copies() > 1, plan.layout().toString());
    byte[] bytes = PlanFile.bytes(plan);
    TrainingPlan read = PlanFile.parse("plan.json", bytes);
    assertEquals(plan.layout(), read.layout());
    assertEquals(plan.digest(), read.digest());
    int all = PARAMETERS.slotCount() / plan.layout().paddedClasses();
    for (int value : new int[] {0, 1, 3, plan.layout().rowsPerGroup() / 4, all, 2 * all}) {
      ObjectNode root = (ObjectNode) JSON.readTree(bytes);
      ((ObjectNode) root.at("/content/layout")).put("rowsPerGroup", value);
      String message = refused(JSON.writeValueAsBytes(root));
      assertTrue(message.contains("layout: rows"), message);
    }
    ObjectNode without = (ObjectNode) JSON.readTree(bytes);
    ((ObjectNode) without.at("/content/layout")).remove("rowsPerGroup");
    assertTrue(refused(JSON.writeValueAsBytes(without)).contains("expected"));
  }

  @Test
  void commonPreparation_isWrittenWhereSeveralOwnersHaveOne() throws IOException {
    TrainingPlan plan =
        TrainingPlanner.joint(
            PARAMETERS, PLAN.layout(), PLAN.schedule(), 40, PLAN.preprocessing(), "0f".repeat(32));
    byte[] bytes = PlanFile.bytes(plan);
    TrainingPlan read = PlanFile.parse("plan.json", bytes);
    assertTrue(read.isJoint());
    assertEquals("0f".repeat(32), read.commonPreparation());
    assertEquals(plan.digest(), read.digest());
    assertFalse(PLAN.isJoint() || tree().get("content").has("commonPreparation"));
    for (String[] change :
        new String[][] {
          {"commonPreparation", "\"ab\"", "commonPreparation: expected text of the form"},
          {"commonPreparation", "7", "commonPreparation"},
          {"commonPreparation", "\"" + "1f".repeat(32) + "\"", "sha256: expected"},
          {"loss", "null", "loss, with several owners: expected a value"}
        }) {
      ObjectNode root = (ObjectNode) JSON.readTree(bytes);
      ((ObjectNode) root.get("content")).set(change[0], JSON.readTree(change[1]));
      String message = refused(JSON.writeValueAsBytes(root));
      assertTrue(message.contains(change[2]), message);
    }
  }

  private static TrainingPlan plan(boolean standardize, MissingValues missing) {
    return TrainingPlanner.plan(
        PARAMETERS,
        new Schedule(300, 200, 0.1, 3, 2, 128, 2),
        new DataShape(300, 40, 20),
        7,
        new Preprocessing(0.7, true, standardize, missing, Scaling.MAX_ROW_NORM, 1));
  }

  @Test
  void missingFile_isRefused() {
    Path file = folder.resolve("none.json");
    assertEquals(
        file + ": expected a file, actual none",
        assertThrows(DatasetException.class, () -> PlanFile.read(file)).getMessage());
    assertFalse(PlanFile.isPresent(new LocalStorage(folder)));
  }

  @Test
  void otherParameters_areRefusedWithBothHashes() {
    Path file = folder.resolve("plan.json");
    PlanFile.write(file, PLAN);
    SimulatedParameters other = SimulatedParameters.named("insecure_simulator_n11_l13");
    String message =
        assertThrows(DatasetException.class, () -> PlanFile.read(file, other)).getMessage();
    assertEquals(
        file
            + ": parameters: expected insecure_simulator_n11_l12 ("
            + PARAMETERS.hash()
            + "), actual insecure_simulator_n11_l13 ("
            + other.hash()
            + ")",
        message);
  }

  @Test
  void otherDigest_isRefusedWithBoth() {
    PlanFile.requireDigest("plan.json", PLAN, PLAN.digest());
    String other = "0".repeat(64);
    assertEquals(
        "plan.json: expected the plan with SHA-256 " + other + ", actual " + PLAN.digest(),
        assertThrows(DatasetException.class, () -> PlanFile.requireDigest("plan.json", PLAN, other))
            .getMessage());
  }

  @Test
  void truncatedFile_isRefusedWhereverItEnds() {
    for (int length = 0; length < BYTES.length - 2; length += 97) {
      refused(java.util.Arrays.copyOf(BYTES, length));
    }
  }

  /** Every value that is not what it was is noticed, by a check or by the digest. */
  @Test
  void changedByte_isRefusedOrHarmless() {
    SplittableRandom random = new SplittableRandom(1);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      byte[] changed = BYTES.clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(7));
      try {
        assertEquals(PLAN.canonical(), PlanFile.parse("plan.json", changed).canonical());
      } catch (DatasetException e) {
        refused++;
      }
    }
    assertTrue(refused > 250, "refused " + refused);
  }

  /**
   * Each number and word of the content set to values that cannot be right, with the digest left
   * alone: no exception but the one of a bad file, and none is accepted.
   */
  @Test
  void eachFieldOutOfRange_isRefused() throws IOException {
    List<String> paths = new ArrayList<>();
    collect(tree().get("content"), "", paths);
    assertTrue(paths.size() > 100, "fields " + paths.size());
    for (String path : paths) {
      for (String bad : List.of("-7", "2147483648", "null", "\"x\"", "1.5", "[]")) {
        ObjectNode root = tree();
        set(root.get("content"), path, JSON.readTree(bad));
        String message = refused(JSON.writeValueAsBytes(root));
        assertTrue(
            message.contains("expected") || message.contains("Cannot deserialize"),
            path + " = " + bad + ": " + message);
      }
    }
  }

  private static void collect(JsonNode node, String path, List<String> out) {
    if (node.isObject()) {
      node.fieldNames().forEachRemaining(name -> collect(node.get(name), path + "/" + name, out));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        collect(node.get(i), path + "/" + i, out);
      }
    } else {
      out.add(path);
    }
  }

  private static void set(JsonNode content, String path, JsonNode value) {
    JsonNode parent = content.at(path.substring(0, path.lastIndexOf('/')));
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (parent instanceof ArrayNode array) {
      array.set(Integer.parseInt(name), value);
    } else {
      ((ObjectNode) parent).set(name, value);
    }
  }

  /** The checks behind the digest: what an editor of the file would be told. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/levels/forward | 16 | levels.forward: expected 4 to 15, actual 16",
        "/levels/gradient | 5 | levels.gradient: expected 3 to 4, actual 5",
        "/layout/slots | 512 | layout.babySteps: expected ",
        "/layout/babySteps | 64 | layout.babySteps: expected ",
        "/layout/classes | 65 | layout: classes: expected 2 to 64, actual 65",
        "/schedule/logitRange | 48 | schedule.logitRange: expected one of [32, 64, 128, 256], actual 48",
        "/schedule/logitRange | 64 | softmax.squarings: expected 5, actual 6",
        "/schedule/batchRows | 0 | schedule.batchRows: expected 1 to 268435456, actual 0",
        "/schedule/learningRate | -1 | schedule.learningRate: expected a positive finite number, actual -1.0",
        "/parameters/ringDegree | 100 | parameters.ringDegree: expected a power of two from 4 to 131072, actual 100",
        "/parameters/securityBits | 128 | parameters.securityBits: expected 0 for an insecure set, actual 128",
        "/preprocessing/bias | 2 | preprocessing.bias: expected 0 to 1, actual 2.0",
        "/keys/conjugationLevel | 99 | keys.conjugationLevel: expected -1 to 15, actual 99",
        "/iteration/bootstrap | 1 | iteration.bootstrap: expected ",
        "/memory/shared | -1 | memory.shared: expected 0 to ",
        "/validationRows | 41 | sha256: expected "
      })
  void changedField_isNamedWithBothValues(String path, String value, String message)
      throws IOException {
    ObjectNode root = tree();
    set(root.get("content"), path, JSON.readTree(value));
    String actual = refused(JSON.writeValueAsBytes(root));
    assertEquals(
        "plan.json: " + message,
        actual.substring(0, Math.min(11 + message.length(), actual.length())));
  }

  @Test
  void controlCharactersOfTheFile_areEscapedInTheRefusal() throws IOException {
    ObjectNode root = tree();
    ((ObjectNode) root.get("content").get("parameters")).put("name", "a\r\u001b[2Jb");
    assertEquals(
        "plan.json: parameters.name: expected text of the form [a-z0-9_]{1,64}, actual"
            + " a\\r\\u001b[2Jb",
        refused(JSON.writeValueAsBytes(root)));
  }

  @Test
  void unknownMissingAndDoubleFields_areRefused() throws IOException {
    ObjectNode unknown = tree();
    ((ObjectNode) unknown.get("content")).put("labels", 3);
    assertTrue(refused(JSON.writeValueAsBytes(unknown)).contains("labels"));
    ObjectNode missing = tree();
    ((ObjectNode) missing.get("content").get("schedule")).remove("epochs");
    assertTrue(refused(JSON.writeValueAsBytes(missing)).contains("epochs"));
    String twice =
        new String(BYTES, UTF_8).replace("\"epochs\" : 3", "\"epochs\" : 3, \"epochs\" : 4");
    assertTrue(refused(twice.getBytes(UTF_8)).contains("epochs"));
  }

  @Test
  void otherKindAndVersion_areRefused() throws IOException {
    ObjectNode kind = tree().put("kind", "hetal-model");
    assertEquals(
        "plan.json: kind: expected hetal-plan, actual hetal-model",
        refused(JSON.writeValueAsBytes(kind)));
    ObjectNode version = tree().put("version", 2);
    assertTrue(
        refused(JSON.writeValueAsBytes(version))
            .startsWith("plan.json: version: expected 1, actual 2; another release wrote it"));
  }
}
