package org.hetal.linalg;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.packing.ReplicationPlan;

/**
 * Masks of one factor: {@code factor} in one block of each run of blocks, 0 elsewhere; each is
 * encoded once per level and kept. Thread-safe until closed.
 */
final class Masks implements AutoCloseable {
  private record Key(int stride, int positions, int block, int level) {}

  private final Evaluator evaluator;
  private final double factor;
  private final Map<Key, Plaintext> encoded = new ConcurrentHashMap<>();
  private volatile boolean closed;

  Masks(Evaluator evaluator, double factor) {
    this.evaluator = evaluator;
    this.factor = factor;
  }

  double factor() {
    return factor;
  }

  /** Block {@code block} of the plan's runs; periodic in the slots, so encoded by one period. */
  Plaintext block(ReplicationPlan plan, int block, int level) {
    if (closed) {
      throw new IllegalStateException("the products are closed");
    }
    return encoded.computeIfAbsent(
        new Key(plan.stride(), plan.positions(), block, level), this::encode);
  }

  private Plaintext encode(Key key) {
    double[] period = new double[key.stride * key.positions];
    for (int i = 0; i < key.stride; i++) {
      period[key.block * key.stride + i] = factor;
    }
    return evaluator.encode(period, key.level);
  }

  @Override
  public void close() {
    closed = true;
    encoded.values().forEach(Plaintext::close);
    encoded.clear();
  }

  /**
   * Masks by factor. The learning rate changes the factor, so only the factors used last stay
   * encoded. A set is not closed while it is borrowed.
   */
  static final class Cache implements AutoCloseable {
    private static final int KEPT = 4;

    private final Evaluator evaluator;
    private final LinkedHashMap<Double, Loan> loans = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    Cache(Evaluator evaluator) {
      this.evaluator = evaluator;
    }

    /** Close the loan when the masks are no longer in use. */
    synchronized Loan borrow(double factor) {
      if (closed) {
        throw new IllegalStateException("the products are closed");
      }
      Loan loan = loans.computeIfAbsent(factor, f -> new Loan(new Masks(evaluator, f)));
      loan.borrowers++;
      evict();
      return loan;
    }

    private void evict() {
      List<Double> idle = new ArrayList<>();
      loans.forEach(
          (factor, loan) -> {
            if (loan.borrowers == 0) {
              idle.add(factor);
            }
          });
      for (double factor :
          idle.subList(0, Math.min(idle.size(), Math.max(0, loans.size() - KEPT)))) {
        loans.remove(factor).masks.close();
      }
    }

    /** Closes also masks that are borrowed; their use then fails with the evaluator's error. */
    @Override
    public synchronized void close() {
      closed = true;
      loans.values().forEach(loan -> loan.masks.close());
      loans.clear();
    }

    final class Loan implements AutoCloseable {
      private final Masks masks;
      private int borrowers;

      private Loan(Masks masks) {
        this.masks = masks;
      }

      Masks masks() {
        return masks;
      }

      @Override
      public void close() {
        synchronized (Cache.this) {
          borrowers--;
        }
      }
    }
  }
}
