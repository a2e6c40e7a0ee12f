package org.hetal.owner.record;

import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hetal.config.Settings;

/**
 * The settings under {@code data} and {@code training} as text by their paths, those of files
 * excepted: a file may move, its content is bound by digests.
 */
final class BoundSettings {
  /** What decides how a row is prepared, whatever file it is in. */
  static final Set<String> OF_ROWS =
      Set.of(
          "data.classes",
          "data.bias",
          "data.missing",
          "data.standardize",
          "data.centering",
          "data.scaling",
          "data.row-norm-bound",
          "training.batch-rows",
          "training.epochs",
          "training.patience",
          "training.learning-rate",
          "training.logit-range",
          "training.groups-per-microbatch",
          "training.rows-per-block");

  private BoundSettings() {}

  static Map<String, String> of(Settings settings) {
    Map<String, String> out = new TreeMap<>();
    add(out, "data", settings.data());
    add(out, "training", settings.training());
    return out;
  }

  private static void add(Map<String, String> out, String path, Record settings) {
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      Object value = value(component, settings);
      if (!(value instanceof Settings.Source)) {
        out.put(path + "." + name(component.getName()), text(value));
      }
    }
  }

  private static Object value(RecordComponent component, Record settings) {
    try {
      return component.getAccessor().invoke(settings);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("settings have public accessors", e);
    }
  }

  /** {@code shuffleSeed} is the setting {@code shuffle-seed}. */
  private static String name(String component) {
    return component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static String text(Object value) {
    if (value == null) {
      return "none";
    }
    return value instanceof Enum<?> choice
        ? choice.name().toLowerCase(Locale.ROOT).replace('_', '-')
        : value.toString();
  }
}
