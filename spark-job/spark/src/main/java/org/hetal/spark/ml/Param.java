package org.hetal.spark.ml;

import java.util.Optional;
import java.util.function.Predicate;
import org.hetal.config.SettingsException;

/**
 * A parameter: name, documentation, range and default.
 *
 * @param <T> type of its values
 */
public final class Param<T> {
  private final String name;
  private final String doc;
  private final String range;
  private final Predicate<T> valid;
  private final T defaultValue;

  /**
   * @param defaultValue null when the data set's plan gives it
   */
  Param(String name, String doc, String range, Predicate<T> valid, T defaultValue) {
    this.name = name;
    this.doc = doc;
    this.range = range;
    this.valid = valid;
    this.defaultValue = defaultValue;
  }

  /** {@return its name, as in {@code setNAME}} */
  public String name() {
    return name;
  }

  /** {@return what it means, with its unit} */
  public String doc() {
    return doc;
  }

  /** {@return the values that it takes, in words} */
  public String range() {
    return range;
  }

  /** {@return its value until it is set; empty when the data set's plan gives it} */
  public Optional<T> defaultValue() {
    return Optional.ofNullable(defaultValue);
  }

  /**
   * Checks a value.
   *
   * @param parent class that has the parameter, for the message
   * @throws SettingsException naming parameter, range and value when the value is out of the range
   */
  void require(String parent, T value) {
    if (value == null || !valid.test(value)) {
      throw new SettingsException(
          parent + "." + name + ": expected " + range + ", actual " + value);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
