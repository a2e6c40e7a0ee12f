package org.hetal.spark.ml;

import java.util.LinkedHashMap;
import java.util.Map;

/** Parameters and their values. Not thread-safe. */
public final class ParamMap {
  private final Map<Param<?>, Object> values = new LinkedHashMap<>();

  /** An empty map. */
  public ParamMap() {}

  /**
   * Puts a value in the place of another.
   *
   * @param <T> type of its values
   * @param param a parameter
   * @param value in the parameter's range
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of the parameter's range
   */
  public <T> ParamMap put(Param<T> param, T value) {
    param.require("ParamMap", value);
    values.put(param, value);
    return this;
  }

  /**
   * Puts all values of another map.
   *
   * @param other another map
   * @return this
   */
  public ParamMap putAll(ParamMap other) {
    values.putAll(other.values);
    return this;
  }

  /**
   * Whether the map has a value for the parameter.
   *
   * @param param a parameter
   * @return true if so
   */
  public boolean contains(Param<?> param) {
    return values.containsKey(param);
  }

  /**
   * The value, or null when there is none.
   *
   * @param <T> type of its values
   * @param param a parameter
   * @return the value or null
   */
  @SuppressWarnings("unchecked") // put has checked the type
  public <T> T get(Param<T> param) {
    return (T) values.get(param);
  }

  /**
   * Forgets the value.
   *
   * @param param a parameter
   * @return this
   */
  public ParamMap remove(Param<?> param) {
    values.remove(param);
    return this;
  }

  /** {@return number of values} */
  public int size() {
    return values.size();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
