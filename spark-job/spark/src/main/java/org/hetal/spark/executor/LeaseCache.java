package org.hetal.spark.executor;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Keeps values that own native memory while there is room, least recently used out first. A value
 * is loaded once, by the first of the threads that ask for it, and is closed only when nobody
 * leases it. Thread-safe.
 *
 * <p>The capacity is a limit on what is kept, not on what is leased: a value that finds no room is
 * closed when its last lease is.
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
   * @param capacity in the microbatch of the weights, e.g. bytes; 0 keeps nothing
   */
  LeaseCache(long capacity) {
    this.capacity = capacity;
  }

  /** A value in use; close it once. */
  final class Lease implements AutoCloseable {
    private final Entry<V> entry;
    private boolean open = true;

    private Lease(Entry<V> entry) {
      this.entry = entry;
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
   * The value of a key, loaded if need be; older values make room first.
   *
   * @param weight of this key's value, known before it is loaded
   * @param load its failure reaches everybody who waits for the value; the next caller loads anew
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
    Lease lease = new Lease(entry);
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

  /** Closes what nobody leases. */
  @Override
  public synchronized void close() {
    evict(-1);
  }

  private static <V> void load(Entry<V> entry, Supplier<V> load) {
    try {
      entry.value.complete(load.get());
    } catch (RuntimeException | Error e) {
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
