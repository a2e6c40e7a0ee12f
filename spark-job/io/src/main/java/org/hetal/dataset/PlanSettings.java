package org.hetal.dataset;

import java.util.ArrayList;
import java.util.List;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.he.HeLevelException;
import org.hetal.he.Parameters;
import org.hetal.packing.Layout;
import org.hetal.plan.DataShape;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.plan.ValidationMetric;
import org.hetal.planner.TrainingPlanner;

/** From settings to a plan, and whether a plan is that of the settings. */
public final class PlanSettings {
  private PlanSettings() {}

  /**
   * Plans the training of the settings.
   *
   * @param settings layout, schedule and preparation
   * @param parameters of {@code settings.parameterSet()}, or one that is tried for it
   * @param shape of the prepared rows
   * @return the plan
   * @throws SettingsException when there is no such training with these parameters
   */
  public static TrainingPlan plan(Settings settings, Parameters parameters, DataShape shape) {
    try {
      Schedule schedule = settings.training().schedule(shape.trainingRows());
      return plan(settings, parameters, shape, schedule);
    } catch (IllegalArgumentException e) {
      throw new SettingsException("plan: " + e.getMessage(), e);
    }
  }

  /**
   * As {@link #plan(Settings, Parameters, DataShape)}, for another schedule on the layout of the
   * settings.
   *
   * @param settings layout and preparation
   * @param parameters of {@code settings.parameterSet()}
   * @param shape of the prepared rows
   * @param schedule may train on fewer rows
   * @return the plan
   * @throws SettingsException when there is no such training with these parameters
   */
  public static TrainingPlan plan(
      Settings settings, Parameters parameters, DataShape shape, Schedule schedule) {
    try {
      return TrainingPlanner.plan(
          parameters,
          layout(settings, parameters, shape),
          schedule,
          shape.validationRows(),
          preprocessing(settings.data()),
          settings.metric());
    } catch (IllegalArgumentException | HeLevelException e) {
      throw new SettingsException("plan: " + e.getMessage(), e);
    }
  }

  /**
   * Plans for data of several owners, each of any number of rows, with the validation loss on
   * ciphertexts.
   *
   * @param settings layout, schedule and preparation
   * @param parameters of {@code settings.parameterSet()}
   * @param shape of the rows that the owners said they have
   * @param commonPreparation SHA-256 of the preparation that they share, in hexadecimal
   * @return the plan
   * @throws SettingsException when there is no such training with these parameters
   */
  public static TrainingPlan joint(
      Settings settings, Parameters parameters, DataShape shape, String commonPreparation) {
    if (settings.metric() != ValidationMetric.ENCRYPTED_LOSS) {
      throw new SettingsException(
          "early-stopping.metric: expected "
              + ValidationMetric.ENCRYPTED_LOSS.label()
              + " for the data of several owners, whose logits nobody may see, actual "
              + settings.metric().label());
    }
    try {
      return TrainingPlanner.joint(
          parameters,
          layout(settings, parameters, shape),
          settings.training().schedule(shape.trainingRows()),
          shape.validationRows(),
          preprocessing(settings.data()),
          commonPreparation);
    } catch (IllegalArgumentException | HeLevelException e) {
      throw new SettingsException("plan: " + e.getMessage(), e);
    }
  }

  /** The layout of the settings, or the cheapest. */
  private static Layout layout(Settings settings, Parameters parameters, DataShape shape) {
    int slots = parameters.slotCount();
    int classes = settings.data().classes();
    int rowsPerBlock = settings.training().rowsPerBlock();
    int batchRows = Math.min(settings.training().batchRows(), shape.trainingRows());
    return rowsPerBlock == 0
        ? TrainingPlanner.cheapestLayout(parameters, batchRows, shape, classes, settings.metric())
        : new Layout(slots, rowsPerBlock, classes, shape.features());
  }

  /**
   * How the settings prepare rows.
   *
   * @param data of the settings
   * @return the part of it that a plan has
   */
  public static Preprocessing preprocessing(Settings.Data data) {
    return new Preprocessing(
        data.bias(),
        data.centering(),
        data.standardize(),
        data.missing(),
        data.scaling(),
        data.rowNormBound());
  }

  /**
   * The settings with the parameter set of a plan or data set where theirs is {@code auto}.
   * Settings that name a set are returned as they are.
   *
   * @param where the plan's file or data set, for the message
   * @param planned name of its parameter set
   * @param settings of this run
   * @return settings that name a set
   * @throws DatasetException when the set is of another backend, or not secure and not named by the
   *     settings
   */
  public static Settings withParameterSet(String where, String planned, Settings settings) {
    if (!settings.isParameterSetAutomatic()) {
      return settings;
    }
    requireParameterSet(where, planned, settings);
    return settings.withParameterSet(planned);
  }

  /**
   * Checks the parameter set of a plan or data set.
   *
   * @param where the plan's file or data set, for the message
   * @param planned name of its parameter set
   * @param settings of this run
   * @throws DatasetException unless the settings name this set or, with {@code auto}, allow it
   */
  public static void requireParameterSet(String where, String planned, Settings settings) {
    if (settings.allowsParameterSet(planned)) {
      return;
    }
    if (settings.isParameterSetAutomatic()) {
      throw new DatasetException(
          where
              + ": expected a secure parameter set of the backend "
              + settings.backend().label()
              + " with parameters = auto, actual "
              + planned
              + "; to use it set parameters="
              + planned);
    }
    throw new DatasetException(
        where
            + ": expected the parameter set of the settings, "
            + settings.parameterSet()
            + ", actual "
            + planned);
  }

  /**
   * Checks what the cluster's settings say: parameter set and training.
   *
   * @param where the plan's file or data set, for the message
   * @param plan that was agreed
   * @param settings of this run
   * @throws DatasetException naming every setting that differs, with both values
   */
  public static void requireTraining(String where, TrainingPlan plan, Settings settings) {
    throwAll(where, trainingDifferences(plan, settings));
  }

  /**
   * Checks what the data owner's settings say: as {@link #requireTraining}, and how rows are
   * prepared.
   *
   * @param where the plan's file or data set, for the message
   * @param plan that was agreed
   * @param settings of this run
   * @throws DatasetException naming every setting that differs, with both values
   */
  public static void require(String where, TrainingPlan plan, Settings settings) {
    throwAll(where, differences(plan, settings));
  }

  /**
   * Checks the data owner's settings and the rows that were read.
   *
   * @param where the plan's file or data set, for the message
   * @param plan that was agreed
   * @param settings of this run
   * @param shape of the prepared rows
   * @throws DatasetException naming every setting and number that differs, with both values
   */
  public static void require(String where, TrainingPlan plan, Settings settings, DataShape shape) {
    Differences out = differences(plan, settings);
    if (!plan.isJoint()) {
      out.add("training rows", plan.schedule().rows(), shape.trainingRows());
      out.add("validation rows", plan.validationRows(), shape.validationRows());
    }
    out.add("features", plan.layout().features(), shape.features());
    throwAll(where, out);
  }

  private static Differences differences(TrainingPlan plan, Settings settings) {
    Differences out = trainingDifferences(plan, settings);
    Preprocessing planned = plan.preprocessing();
    Settings.Data data = settings.data();
    out.add("data.classes", plan.layout().classes(), data.classes());
    out.add("data.bias", planned.bias(), data.bias());
    out.add("data.centering", planned.centering(), data.centering());
    out.add("data.standardize", planned.standardize(), data.standardize());
    out.add("data.missing", planned.missing(), data.missing());
    out.add("data.scaling", planned.scaling(), data.scaling());
    out.add("data.row-norm-bound", planned.rowNormBound(), data.rowNormBound());
    return out;
  }

  private static Differences trainingDifferences(TrainingPlan plan, Settings settings) {
    Differences out = new Differences();
    Settings.Training training = settings.training();
    if (!settings.allowsParameterSet(plan.parameters().name())) {
      out.add("parameters", plan.parameters().name(), settings.parameterSet());
    }
    out.add("training.batch-rows", plan.schedule().batchRows(), training.batchRows());
    out.add("training.epochs", plan.schedule().epochs(), training.epochs());
    out.add("training.patience", plan.schedule().patience(), training.patience());
    out.add("early-stopping.metric", plan.metric(), settings.metric());
    out.add("training.learning-rate", plan.schedule().learningRate(), training.learningRate());
    out.add("training.logit-range", plan.schedule().logitRange(), training.logitRange());
    out.add(
        "training.groups-per-microbatch",
        plan.schedule().groupsPerMicrobatch(),
        training.groupsPerMicrobatch());
    if (training.rowsPerBlock() != 0) {
      out.add("training.rows-per-block", plan.layout().rowsPerBlock(), training.rowsPerBlock());
    }
    return out;
  }

  private static void throwAll(String where, Differences differences) {
    if (!differences.all.isEmpty()) {
      throw new DatasetException(
          where
              + ": "
              + String.join("; ", differences.all)
              + "; use what was planned, or plan again with hetal plan");
    }
  }

  private static final class Differences {
    private final List<String> all = new ArrayList<>();

    void add(String name, Object planned, Object actual) {
      if (!planned.equals(actual)) {
        all.add(name + ": planned with " + text(planned) + ", now " + text(actual));
      }
    }

    private static String text(Object value) {
      return value instanceof Enum<?> choice
          ? choice.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-')
          : value.toString();
    }
  }
}
