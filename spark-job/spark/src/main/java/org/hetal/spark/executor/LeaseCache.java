package org.hetal.spark.executor;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A cache of values that own native memory, which evicts the least recently used value first. A
 * value is loaded once, by the first thread that asks for it, and is closed only when no thread
 * leases it. Thread-safe.
 *
 * <p>The capacity limits what is cached, not what is leased: a value that does not fit is closed
 * when its last lease is closed.
 */
final class LeaseCache<K, V extends AutoCloseable> implements AutoCloseable {
  private final long capacity;
  private final Map<K, Entry<V>> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long total;
  private long loads;

  private static final class Entry<V> {
    final CompletableFuture<V> value = new CompletableFuture<>();
    final long weight;
    int leases;

    Entry(long weight) {
      this.weight = weight;
    }
  }

  /**
   * @param capacity in the unit of the weights, for example bytes; 0 caches nothing
   */
  LeaseCache(long capacity) {
    this.capacity = capacity;
  }

  /** A value in use. Closing the lease again has no effect. */
  final class Lease implements AutoCloseable {
    private final Entry<V> entry;
    private final boolean wasCached;
    private boolean open = true;

    private Lease(Entry<V> entry, boolean wasCached) {
      this.entry = entry;
      this.wasCached = wasCached;
    }

    /** Whether another lease had loaded the value, or was loading it. */
    boolean wasCached() {
      return wasCached;
    }

    V value() {
      return entry.value.join();
    }

    @Override
    public void close() {
      synchronized (LeaseCache.this) {
        if (open) {
          open = false;
          entry.leases--;
          evict(capacity);
        }
      }
    }
  }

  /**
   * The value of a key, which is loaded when it is not cached; older values are evicted first.
   *
   * @param weight of this key's value, known before it is loaded
   * @param load its exception reaches every thread that waits for the value; the next caller loads
   *     again
   */
  Lease lease(K key, long weight, Supplier<V> load) {
    Entry<V> entry;
    boolean first;
    synchronized (this) {
      entry = entries.get(key);
      first = entry == null;
      if (first) {
        evict(Math.max(0, capacity - weight));
        entry = new Entry<>(weight);
        entries.put(key, entry);
        total += weight;
        loads++;
      }
      entry.leases++;
    }
    Lease lease = new Lease(entry, !first);
    try {
      if (first) {
        load(entry, load);
      }
      entry.value.join();
      return lease;
    } catch (CompletionException e) {
      synchronized (this) {
        if (entries.remove(key, entry)) {
          total -= entry.weight;
        }
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  synchronized long loads() {
    return loads;
  }

  /** Whether values of that weight fit beside all that is leased now. */
  synchronized boolean hasRoomFor(long weight) {
    long leased =
        entries.values().stream()
            .filter(entry -> entry.leases > 0)
            .mapToLong(entry -> entry.weight)
            .sum();
    return weight <= capacity - leased;
  }

  /** Closes what nobody leases. */
  @Override
  public synchronized void close() {
    evict(-1);
  }

  private static <V> void load(Entry<V> entry, Supplier<V> load) {
    try {
      entry.value.complete(load.get());
    } catch (Throwable e) { // Spark throws checked exceptions that no signature declares
      entry.value.completeExceptionally(e);
    }
  }

  private void evict(long room) {
    Iterator<Entry<V>> oldestFirst = entries.values().iterator();
    while (total > room && oldestFirst.hasNext()) {
      Entry<V> entry = oldestFirst.next();
      if (entry.leases == 0) {
        oldestFirst.remove();
        total -= entry.weight;
        closeValue(entry.value.join());
      }
    }
  }

  private void closeValue(V value) {
    try {
      value.close();
    } catch (Exception e) {
      throw new IllegalStateException("closing a cached " + value.getClass().getSimpleName(), e);
    }
  }
}
