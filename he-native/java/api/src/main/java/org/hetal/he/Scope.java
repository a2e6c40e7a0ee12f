package org.hetal.he;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Closes what it owns, last first, when the scope is closed; {@link #release} lets one value
 * outlive it. Not thread-safe.
 *
 * <pre>{@code
 * try (Scope scope = new Scope()) {
 *   Ciphertext square = scope.own(evaluator.multiplyRescale(x, x));
 *   return evaluator.add(square, x);
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Map<AutoCloseable, Boolean> released = new IdentityHashMap<>();

  /** A scope that owns nothing yet. */
  public Scope() {}

  /**
   * Adds a value that is closed with the scope.
   *
   * @param <T> its type
   * @param value the caller gives it up unless it calls {@link #release}
   * @return {@code value}
   */
  public <T extends AutoCloseable> T own(T value) {
    owned.push(value);
    return value;
  }

  /**
   * Adds values that are closed with the scope.
   *
   * @param <T> their collection
   * @param values as for {@link #own}
   * @return {@code values}
   */
  public <T extends Iterable<? extends AutoCloseable>> T ownAll(T values) {
    values.forEach(owned::push);
    return values;
  }

  /**
   * Lets a value outlive the scope.
   *
   * @param <T> its type
   * @param value from {@link #own}; the caller closes it again
   * @return {@code value}
   */
  public <T extends AutoCloseable> T release(T value) {
    released.put(value, Boolean.TRUE);
    return value;
  }

  /**
   * Closes the values that were not released, last first, all of them also when one fails.
   *
   * @throws IllegalStateException with what the first failing {@code close} threw as its cause
   */
  @Override
  public void close() {
    RuntimeException first = null;
    while (!owned.isEmpty()) {
      AutoCloseable value = owned.pop();
      if (released.containsKey(value)) {
        continue;
      }
      try {
        value.close();
      } catch (Exception e) {
        if (first == null) {
          first = new IllegalStateException("closing a scope", e);
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
