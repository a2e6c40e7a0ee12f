package org.hetal.dataset;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.format.Json;
import org.hetal.he.KeyPlan;
import org.hetal.packing.Layout;
import org.hetal.plan.Levels;
import org.hetal.plan.LossPlan;
import org.hetal.plan.MemoryEstimate;
import org.hetal.plan.MissingValues;
import org.hetal.plan.OperationCounts;
import org.hetal.plan.PlannedParameters;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.softmax.SoftmaxPlan;

/** The content of a plan file: the names of the components are those of the JSON. */
record PlanContent(
    PlannedParameters parameters,
    StoredLayout layout,
    Schedule schedule,
    int validationRows,
    Preprocessing preprocessing,
    Levels levels,
    SoftmaxPlan softmax,
    Keys keys,
    Keys predictionKeys,
    OperationCounts iteration,
    OperationCounts validation,
    MemoryEstimate memory,
    @JsonSetter(nulls = Nulls.SET) LossPlan loss,
    @JsonSetter(nulls = Nulls.SET) String commonPreparation) {
  private static final List<String> KEYS = List.of("keys", "predictionKeys");
  private static final String SPARSE = "sparseBootstraps";
  private static final String ROWS_PER_GROUP = "rowsPerGroup";

  /**
   * A layout.
   *
   * @param babySteps follow from the rest: another number means that another release packs weights
   *     in another way
   * @param rowsPerGroup null: as many as all slots hold
   */
  record StoredLayout(
      int slots,
      int rowsPerBlock,
      int classes,
      int features,
      int babySteps,
      @JsonSetter(nulls = Nulls.SET) Integer rowsPerGroup) {
    static StoredLayout of(Layout layout) {
      return new StoredLayout(
          layout.slots(),
          layout.rowsPerBlock(),
          layout.classes(),
          layout.features(),
          layout.babySteps(),
          layout.copies() > 1 ? layout.rowsPerGroup() : null);
    }

    Layout layout() {
      Layout out;
      try {
        out = new Layout(slots, rowsPerBlock, classes, features);
        if (rowsPerGroup != null) {
          requireRowsPerGroup(out);
          out = new Layout(slots, rowsPerBlock, classes, features, rowsPerGroup);
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("layout: " + e.getMessage(), e);
      }
      if (out.babySteps() != babySteps) {
        throw new IllegalArgumentException(
            "layout.babySteps: expected " + out.babySteps() + ", actual " + babySteps);
      }
      return out;
    }

    /** The number of rows that all slots hold is not written. */
    private void requireRowsPerGroup(Layout full) {
      if (rowsPerGroup >= full.rowsPerGroup()) {
        throw new IllegalArgumentException(
            "rows per group: expected less than the "
                + full.rowsPerGroup()
                + " rows that all slots hold, or none; actual "
                + rowsPerGroup);
      }
    }
  }

  /**
   * Evaluation keys.
   *
   * @param rotations steps to the left to the highest level of use
   * @param relinearizationLevel -1: no key
   * @param conjugationLevel -1: no key
   * @param bootstrap whether the keys of bootstraps of all slots are needed, too
   * @param sparseBootstraps the real slots of each kind of sparse bootstrap; null: none
   */
  record Keys(
      Map<Integer, JsonNode> rotations,
      int relinearizationLevel,
      int conjugationLevel,
      boolean bootstrap,
      @JsonSetter(nulls = Nulls.SET) List<Integer> sparseBootstraps) {
    static Keys of(KeyPlan plan) {
      Map<Integer, JsonNode> rotations = new TreeMap<>();
      plan.rotations().forEach((steps, level) -> rotations.put(steps, IntNode.valueOf(level)));
      return new Keys(
          rotations,
          plan.relinearizationLevel(),
          plan.conjugationLevel(),
          plan.needsFullBootstrap(),
          plan.sparseBootstraps().isEmpty() ? null : List.copyOf(plan.sparseBootstraps()));
    }

    KeyPlan plan(String field) {
      KeyPlan out = new KeyPlan();
      rotations.forEach(
          (steps, level) -> {
            String name = field + ".rotations." + steps;
            if (!level.isInt()) {
              throw new IllegalArgumentException(name + ": expected a level, actual " + level);
            }
            require(name, level.intValue(), 0);
            out.rotate(steps, level.intValue());
          });
      require(field + ".relinearizationLevel", relinearizationLevel, -1);
      require(field + ".conjugationLevel", conjugationLevel, -1);
      out.relinearize(relinearizationLevel).conjugate(conjugationLevel);
      if (sparseBootstraps != null) {
        sparseBootstraps.forEach(out::bootstrap);
      }
      return bootstrap ? out.bootstrap() : out;
    }

    private static void require(String field, int actual, int least) {
      if (actual < least) {
        throw new IllegalArgumentException(
            field + ": expected at least " + least + ", actual " + actual);
      }
    }
  }

  /**
   * The content of the file. It has {@code standardize}, {@code missing}, {@code loss}, {@code
   * commonPreparation}, {@code sparseBootstraps} and {@code rowsPerGroup} only where they are not
   * the default, so that plans without them are the bytes of earlier releases.
   */
  static ObjectNode tree(TrainingPlan plan) {
    ObjectNode out = (ObjectNode) Json.tree(of(plan));
    ObjectNode preprocessing = (ObjectNode) out.get("preprocessing");
    if (!plan.preprocessing().standardize()) {
      preprocessing.remove("standardize");
    }
    if (plan.preprocessing().missing() == MissingValues.REFUSE) {
      preprocessing.remove("missing");
    }
    if (plan.layout().copies() == 1) {
      ((ObjectNode) out.get("layout")).remove(ROWS_PER_GROUP);
    }
    for (String keys : KEYS) {
      ObjectNode node = (ObjectNode) out.get(keys);
      if (node.get(SPARSE).isNull()) {
        node.remove(SPARSE);
      }
    }
    if (plan.loss() == null) {
      out.remove("loss");
    }
    if (plan.commonPreparation() == null) {
      out.remove("commonPreparation");
    }
    return out;
  }

  /** The inverse of {@link #tree}. */
  static PlanContent read(JsonNode content) throws IOException {
    if (content.path("preprocessing") instanceof ObjectNode preprocessing) {
      if (!preprocessing.has("standardize")) {
        preprocessing.put("standardize", false);
      }
      if (!preprocessing.has("missing")) {
        preprocessing.put("missing", MissingValues.REFUSE.name());
      }
    }
    if (content.path("layout") instanceof ObjectNode layout && !layout.has(ROWS_PER_GROUP)) {
      layout.putNull(ROWS_PER_GROUP);
    }
    if (content instanceof ObjectNode plan) {
      for (String keys : KEYS) {
        if (plan.get(keys) instanceof ObjectNode node && !node.has(SPARSE)) {
          node.putNull(SPARSE);
        }
      }
      for (String field : List.of("loss", "commonPreparation")) {
        if (!plan.has(field)) {
          plan.putNull(field);
        }
      }
    }
    return Json.read(content, PlanContent.class);
  }

  static PlanContent of(TrainingPlan plan) {
    return new PlanContent(
        plan.parameters(),
        StoredLayout.of(plan.layout()),
        plan.schedule(),
        plan.validationRows(),
        plan.preprocessing(),
        plan.levels(),
        plan.softmax(),
        Keys.of(plan.keys()),
        Keys.of(plan.predictionKeys()),
        plan.iteration(),
        plan.validation(),
        plan.memory(),
        plan.loss(),
        plan.commonPreparation());
  }

  /**
   * @throws IllegalArgumentException when the numbers do not fit each other; the message starts
   *     with the field
   */
  TrainingPlan plan() {
    return new TrainingPlan(
        parameters,
        layout.layout(),
        schedule,
        validationRows,
        preprocessing,
        levels,
        softmax,
        keys.plan("keys"),
        predictionKeys.plan("predictionKeys"),
        iteration,
        validation,
        memory,
        loss,
        commonPreparation);
  }
}
