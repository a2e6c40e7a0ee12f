package org.hetal.spark.ml;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Something with parameters, in the manner of Spark ML: values are set or have their default, and
 * {@link #explainParams} tells them all.
 *
 * @param <P> the class itself, so that setters chain
 */
public abstract class Params<P extends Params<P>> {
  private final String uid = getClass().getSimpleName() + "_" + UUID.randomUUID();
  private final ParamMap values = new ParamMap();

  Params() {}

  /** {@return all parameters, in the order of their documentation} */
  public abstract List<Param<?>> params();

  /**
   * A copy with other values over these.
   *
   * @param extra values over those of this object
   * @return the copy
   */
  public abstract P copy(ParamMap extra);

  abstract P self();

  /** {@return unique in this process: the class and a random identity} */
  public final String uid() {
    return uid;
  }

  /**
   * Sets a value.
   *
   * @param <T> type of its values
   * @param param one of {@link #params}
   * @param value in the parameter's range
   * @return this
   * @throws org.hetal.config.SettingsException when it is out of the parameter's range
   */
  public final <T> P set(Param<T> param, T value) {
    requireOwn(param);
    param.require(getClass().getSimpleName(), value);
    values.put(param, value);
    return self();
  }

  /**
   * Sets all values of a map; errors as {@link #set}.
   *
   * @param map parameters and values
   * @return this
   */
  public final P setAll(ParamMap map) {
    values.putAll(map);
    return self();
  }

  /**
   * Goes back to the default.
   *
   * @param param one of {@link #params}
   * @return this
   */
  public final P clear(Param<?> param) {
    requireOwn(param);
    values.remove(param);
    return self();
  }

  /**
   * Whether a value was set.
   *
   * @param param one of {@link #params}
   * @return true if so
   */
  public final boolean isSet(Param<?> param) {
    requireOwn(param);
    return values.contains(param);
  }

  /**
   * The value that was set, or the default.
   *
   * @param <T> type of its values
   * @param param one of {@link #params}
   * @return the value
   * @throws NoSuchElementException when none was set and the data set's plan gives the default
   */
  public final <T> T getOrDefault(Param<T> param) {
    requireOwn(param);
    return get(param)
        .orElseThrow(
            () ->
                new NoSuchElementException(
                    getClass().getSimpleName()
                        + "."
                        + param.name()
                        + ": expected a value, actual none: the plan of the data set gives it"));
  }

  /**
   * The value that was set, or the default.
   *
   * @param <T> type of its values
   * @param param one of {@link #params}
   * @return the value; empty when none was set and the data set's plan gives the default
   */
  public final <T> Optional<T> get(Param<T> param) {
    requireOwn(param);
    return values.contains(param) ? Optional.of(values.get(param)) : param.defaultValue();
  }

  /** {@return every parameter that has a value, defaults included} */
  public final ParamMap extractParamMap() {
    ParamMap all = new ParamMap();
    params().forEach(param -> extract(param, all));
    return all;
  }

  private <T> void extract(Param<T> param, ParamMap all) {
    get(param).ifPresent(value -> all.put(param, value));
  }

  /**
   * One line for the parameter: name, documentation, range, default and value.
   *
   * @param param one of {@link #params}
   * @return the line
   */
  public final String explainParam(Param<?> param) {
    String current = isSet(param) ? ", current: " + getOrDefault(param) : "";
    return param.name()
        + ": "
        + param.doc()
        + " ("
        + param.range()
        + "; default: "
        + param.defaultValue().map(Object::toString).orElse("as in the data set's plan")
        + current
        + ")";
  }

  /**
   * {@link #explainParam} of every parameter, a line each.
   *
   * @return the lines
   */
  public final String explainParams() {
    return params().stream().map(this::explainParam).collect(Collectors.joining("\n"));
  }

  /** The values that were set, without defaults. */
  final ParamMap setValues() {
    return new ParamMap().putAll(values);
  }

  private void requireOwn(Param<?> param) {
    if (!params().contains(param)) {
      throw new IllegalArgumentException(
          "parameter: expected one of " + params() + ", actual " + param);
    }
  }

  @Override
  public String toString() {
    return uid;
  }
}
