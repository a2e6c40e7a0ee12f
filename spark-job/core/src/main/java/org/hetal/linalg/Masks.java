package org.hetal.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.packing.Folds;
import org.hetal.packing.ReplicationPlan;

/**
 * Masks of one factor: {@code factor} in one block of each run of blocks, 0 elsewhere; each is
 * encoded once per level and kept. Thread-safe until closed.
 */
final class Masks implements AutoCloseable {
  /**
   * @param first of the slots that have the mask
   * @param end of them; no more than {@code first}: all slots have it
   */
  private record Key(int stride, int positions, int block, int level, int first, int end) {}

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

  /** Block {@code block} of the plan's runs; periodic in the slots, so encoded by one run. */
  Plaintext block(ReplicationPlan plan, int block, int level) {
    return encoded(new Key(plan.stride(), plan.positions(), block, level, 0, 0));
  }

  /** Block {@code block} of the plan's runs in one segment alone. */
  Plaintext block(ReplicationPlan plan, int block, int level, Folds folds, int segment) {
    int first = segment * folds.period();
    return encoded(
        new Key(plan.stride(), plan.positions(), block, level, first, first + folds.period()));
  }

  private Plaintext encoded(Key key) {
    if (closed) {
      throw new IllegalStateException("the products are closed");
    }
    return encoded.computeIfAbsent(key, this::encode);
  }

  private Plaintext encode(Key key) {
    int run = key.stride * key.positions;
    boolean everywhere = key.end == key.first;
    double[] slots = new double[everywhere ? run : evaluator.parameters().slotCount()];
    for (int start = key.first; start < (everywhere ? run : key.end); start += run) {
      Arrays.fill(
          slots, start + key.block * key.stride, start + (key.block + 1) * key.stride, factor);
    }
    return evaluator.encode(slots, key.level);
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
