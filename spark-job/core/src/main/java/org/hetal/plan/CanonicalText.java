package org.hetal.plan;

import org.hetal.softmax.SoftmaxPlan;

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

  /** Where a softmax bootstraps; its numbers of classes, squarings and levels are elsewhere. */
  CanonicalText add(String name, SoftmaxPlan plan) {
    for (SoftmaxPlan.Step step : plan.steps()) {
      add(name + ".step", step.stage())
          .add(name + ".refreshed", step.refreshed())
          .add(name + ".startLevel", step.startLevel())
          .add(name + ".endLevel", step.endLevel());
    }
    return this;
  }

  CanonicalText add(String name, boolean value) {
    return add(name, Boolean.toString(value));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
