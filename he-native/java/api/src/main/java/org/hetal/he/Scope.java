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

  public <T extends AutoCloseable> T own(T value) {
    owned.push(value);
    return value;
  }

  public <T extends Iterable<? extends AutoCloseable>> T ownAll(T values) {
    values.forEach(owned::push);
    return values;
  }

  /** The value is the caller's again. */
  public <T extends AutoCloseable> T release(T value) {
    released.put(value, Boolean.TRUE);
    return value;
  }

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
