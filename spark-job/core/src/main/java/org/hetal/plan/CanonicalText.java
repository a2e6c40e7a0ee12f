package org.hetal.plan;

/**
 * A plan as text, one line {@code name=value} per number or word, of which the digest is taken.
 * Doubles are in hexadecimal notation, so the text is the same on every Java version.
 */
final class CanonicalText {
  private final StringBuilder text = new StringBuilder();

  CanonicalText(String title) {
    text.append(title).append('\n');
  }

  CanonicalText add(String name, String value) {
    text.append(name).append('=').append(value).append('\n');
    return this;
  }

  CanonicalText add(String name, long value) {
    return add(name, Long.toString(value));
  }

  CanonicalText add(String name, double value) {
    return add(name, Double.toHexString(value));
  }

  CanonicalText add(String name, boolean value) {
    return add(name, Boolean.toString(value));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
