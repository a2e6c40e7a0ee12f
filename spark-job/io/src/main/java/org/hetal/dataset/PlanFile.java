package org.hetal.dataset;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.hetal.format.Json;
import org.hetal.he.Parameters;
import org.hetal.plan.TrainingPlan;

/**
 * {@code plan.json}: a {@link TrainingPlan} on storage. It holds nothing secret; a data set's
 * folder carries a copy, so that the cluster has it.
 *
 * <p>Format version 1, UTF-8 JSON. The root has
 *
 * <ul>
 *   <li>{@code kind}: {@code hetal-plan}; {@code version}: 1
 *   <li>{@code sha256}: {@link TrainingPlan#digest()}, computed again at every read
 *   <li>{@code content}: an object with the components of {@link TrainingPlan} under their names.
 *       The records document ranges and units:
 *       <ul>
 *         <li>{@code parameters} ({@link org.hetal.plan.PlannedParameters}): name, hash,
 *             securityBits, ringDegree, maxLevel, bootstrapInputLevel, bootstrapOutputLevel,
 *             bootstrapBound
 *         <li>{@code layout} ({@link org.hetal.packing.Layout}): slots, rowsPerBlock, classes,
 *             features (bias included), babySteps (checked: it follows from the others); {@code
 *             rowsPerGroup} if it is less than all slots hold
 *         <li>{@code schedule} ({@link org.hetal.plan.Schedule}): rows, batchRows, learningRate,
 *             epochs, patience, logitRange, groupsPerMicrobatch
 *         <li>{@code validationRows}
 *         <li>{@code preprocessing} ({@link org.hetal.plan.Preprocessing}): bias, centering,
 *             scaling, rowNormBound; {@code standardize} if true; {@code missing} if not {@code
 *             REFUSE}
 *         <li>{@code levels} ({@link org.hetal.plan.Levels}): state, forward, features, logits,
 *             residual, labels, gradient, refresh, validationWeights, validationFeatures,
 *             validationLogits
 *         <li>{@code softmax} ({@link org.hetal.softmax.SoftmaxPlan}): classes, squarings,
 *             inputLevel, outputLevel and {@code steps}, each with stage, refreshed (a bootstrap
 *             comes before it), startLevel, endLevel, bound
 *         <li>{@code keys} and {@code predictionKeys}: rotations (steps to level),
 *             relinearizationLevel, conjugationLevel (-1: none), bootstrap; {@code
 *             sparseBootstraps} if there are any: the real slots of each kind
 *         <li>{@code iteration} and {@code validation} ({@link org.hetal.plan.OperationCounts})
 *         <li>{@code memory} ({@link org.hetal.plan.MemoryEstimate}), bytes: shared, microbatch,
 *             working
 *       </ul>
 * </ul>
 *
 * A field that is missing, unknown, given twice, of another type or out of range is an error.
 */
public final class PlanFile {
  private static final long MOST_BYTES = 16 << 20;

  /** The name in a data set's folder, and the last part of the setting {@code paths.plan}. */
  public static final String NAME = "plan.json";

  private static final String KIND = "hetal-plan";
  private static final int VERSION = 1;
  private static final int MAX_BYTES = 1 << 24;

  private PlanFile() {}

  /**
   * The bytes of the file.
   *
   * @param plan the content
   * @return JSON in UTF-8; equal plans give equal bytes
   */
  public static byte[] bytes(TrainingPlan plan) {
    ObjectNode root = Json.object();
    root.put("kind", KIND);
    root.put("version", VERSION);
    root.put("sha256", plan.digest());
    root.set("content", PlanContent.tree(plan));
    return Json.indented(root).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Writes or replaces the file {@link #NAME} of a folder.
   *
   * @param storage the folder
   * @param plan the content
   */
  public static void write(Storage storage, TrainingPlan plan) {
    storage.writeAtomically(NAME, bytes(plan));
  }

  /**
   * Writes or replaces a local file.
   *
   * @param file of any name
   * @param plan the content
   * @throws org.hetal.he.FileWriteException when it cannot be written
   */
  public static void write(Path file, TrainingPlan plan) {
    folder(file).writeAtomically(file.getFileName().toString(), bytes(plan));
  }

  /**
   * Looks for the file {@link #NAME}.
   *
   * @param storage the folder
   * @return whether it has the file
   */
  public static boolean isPresent(Storage storage) {
    return storage.exists(NAME);
  }

  /**
   * Reads and checks the file {@link #NAME} of a folder.
   *
   * @param storage the folder
   * @return the plan
   * @throws DatasetException when it is missing, damaged, or contradicts itself
   */
  public static TrainingPlan read(Storage storage) {
    return parse(storage.describe() + "/" + NAME, storage.read(NAME, MOST_BYTES));
  }

  /**
   * Reads and checks a local file.
   *
   * @param file of any name
   * @return the plan
   * @throws DatasetException when it is missing, damaged, or contradicts itself
   */
  public static TrainingPlan read(Path file) {
    return parse(file.toString(), folder(file).read(file.getFileName().toString(), MOST_BYTES));
  }

  /**
   * As {@link #read(Path)}, for a parameter set.
   *
   * @param file of any name
   * @param parameters that the plan is expected to be for
   * @return the plan
   * @throws DatasetException when it is missing or damaged, or for other parameters than these
   */
  public static TrainingPlan read(Path file, Parameters parameters) {
    TrainingPlan plan = read(file);
    requireParameters(file.toString(), plan, parameters);
    return plan;
  }

  /**
   * Checks the parameter set of a plan.
   *
   * @param where for the message
   * @param plan from a file
   * @param parameters that the plan is expected to be for
   * @throws DatasetException unless the plan is for these parameters
   */
  public static void requireParameters(String where, TrainingPlan plan, Parameters parameters) {
    try {
      plan.requireParameters(parameters);
    } catch (IllegalArgumentException e) {
      throw new DatasetException(where + ": " + e.getMessage(), e);
    }
  }

  /**
   * @param where for the message: the plan's file
   * @param expected the digest that a manifest or record carries
   * @throws DatasetException unless it is the plan with this digest
   */
  static void requireDigest(String where, TrainingPlan plan, String expected) {
    if (!plan.digest().equals(expected)) {
      throw new DatasetException(
          where + ": expected the plan with SHA-256 " + expected + ", actual " + plan.digest());
    }
  }

  /**
   * Reads and checks the bytes of a plan file.
   *
   * @param where the file, for messages
   * @param bytes the whole file, at most 16 MiB
   * @return the plan
   * @throws DatasetException naming the field, what is expected and what is there
   */
  public static TrainingPlan parse(String where, byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new DatasetException(
          where + ": expected at most " + MAX_BYTES + " bytes, actual " + bytes.length);
    }
    JsonNode root = null;
    try {
      root = Json.parse(bytes);
      if (!root.path("content").isObject()) {
        throw new DatasetException(
            where + ": expected an object with kind, version, sha256, content");
      }
      expect(where, "kind", KIND, root.path("kind").asText(""), "");
      expect(
          where,
          "version",
          String.valueOf(VERSION),
          root.path("version").asText(""),
          "; another release wrote it: run hetal plan, keygen and encrypt again");
      TrainingPlan plan = PlanContent.read(root.get("content")).plan();
      expect(where, "sha256", plan.digest(), root.path("sha256").asText(""), "");
      return plan;
    } catch (IOException e) {
      throw new DatasetException(where + ": " + problem(root, e), e);
    } catch (IllegalArgumentException e) {
      throw new DatasetException(where + ": " + e.getMessage(), e);
    }
  }

  /** Jackson's own messages show numbers in the digits of the machine's language. */
  private static String problem(JsonNode root, IOException e) {
    if (e.getCause() instanceof IllegalArgumentException cause && cause.getMessage() != null) {
      return cause.getMessage();
    }
    if (root != null && e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      String field = field(mapping, ".");
      JsonNode actual = root.path("content").at("/" + field(mapping, "/"));
      if (e instanceof UnrecognizedPropertyException) {
        return field + ": expected no such field, actual " + actual;
      }
      if (actual.isMissingNode() || actual.isNull()) {
        return field + ": expected a value, actual none";
      }
      if (actual.isValueNode()) {
        return field + ": expected a value of the format's type and range, actual " + actual;
      }
    }
    return Json.reason(e);
  }

  private static String field(JsonMappingException e, String separator) {
    return e.getPath().stream()
        .map(
            part ->
                part.getFieldName() == null ? String.valueOf(part.getIndex()) : part.getFieldName())
        .collect(Collectors.joining(separator));
  }

  private static void expect(
      String where, String what, String expected, String actual, String remedy) {
    if (!expected.equals(actual)) {
      throw new DatasetException(
          where + ": " + what + ": expected " + expected + ", actual " + actual + remedy);
    }
  }

  private static LocalStorage folder(Path file) {
    return new LocalStorage(file.toAbsolutePath().getParent());
  }
}
