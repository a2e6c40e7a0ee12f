package org.hetal.spark.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LeaseCacheTest {
  private static final class Value implements AutoCloseable {
    boolean closed;

    @Override
    public void close() {
      assertFalse(closed, "closed twice");
      closed = true;
    }
  }

  @Test
  void lease_ofAKeptValue_loadsItOnce() {
    LeaseCache<String, Value> cache = new LeaseCache<>(10);
    Value first;
    try (var lease = cache.lease("a", 4, Value::new)) {
      first = lease.value();
    }
    try (var lease = cache.lease("a", 4, Value::new)) {
      assertSame(first, lease.value());
    }
    assertEquals(1, cache.loads());
  }

  /** Scala's code throws checked exceptions that no signature declares. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a join is not interrupted
  void failedLoad_whateverItThrows_isLoadedAgainByTheNext() {
    for (Throwable thrown :
        List.of(new IOException("no reply"), new IllegalStateException(), new OutOfMemoryError())) {
      LeaseCache<String, Value> cache = new LeaseCache<>(10);
      Throwable failure =
          assertThrows(
              Throwable.class, () -> cache.lease("a", 4, () -> LeaseCacheTest.fail(thrown)));
      assertTrue(failure == thrown || failure.getCause() == thrown, failure.toString());
      try (var lease = cache.lease("a", 4, Value::new)) {
        assertFalse(lease.value().closed);
      }
      assertEquals(2, cache.loads());
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> Value fail(Throwable thrown) throws E {
    throw (E) thrown;
  }

  @Test
  void lease_beyondTheCapacity_closesTheLeastRecentlyUsed() {
    LeaseCache<String, Value> cache = new LeaseCache<>(10);
    List<Value> values = new ArrayList<>();
    for (String key : List.of("a", "b", "a", "c")) {
      try (var lease = cache.lease(key, 5, Value::new)) {
        values.add(lease.value());
      }
    }
    assertFalse(values.get(0).closed, "a was used after b");
    assertTrue(values.get(1).closed);
    assertFalse(values.get(3).closed);
  }

  @Test
  void close_ofALease_closesTheValueOnlyWhenNobodyHasIt() {
    LeaseCache<String, Value> cache = new LeaseCache<>(0);
    var first = cache.lease("a", 1, Value::new);
    var second = cache.lease("a", 1, Value::new);
    Value value = first.value();
    first.close();
    first.close();
    assertFalse(value.closed);
    second.close();
    assertTrue(value.closed);
  }

  @Test
  void lease_whoseLoadFails_throwsItAndLoadsAnewNextTime() {
    LeaseCache<String, Value> cache = new LeaseCache<>(10);
    IllegalStateException failure = new IllegalStateException("no");
    assertSame(
        failure,
        assertThrows(
            IllegalStateException.class,
            () ->
                cache.lease(
                    "a",
                    1,
                    () -> {
                      throw failure;
                    })));
    try (var lease = cache.lease("a", 1, Value::new)) {
      assertFalse(lease.value().closed);
    }
  }

  @Test
  void lease_fromSeveralThreads_loadsOnce() throws Exception {
    LeaseCache<String, Value> cache = new LeaseCache<>(0);
    AtomicInteger loads = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(4);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Value>> values = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      values.add(
          threads.submit(
              () -> {
                try (var lease =
                    cache.lease(
                        "a",
                        1,
                        () -> {
                          loads.incrementAndGet();
                          return new Value();
                        })) {
                  all.countDown();
                  assertTrue(all.await(60, TimeUnit.SECONDS));
                  assertFalse(lease.value().closed);
                  return lease.value();
                }
              }));
    }
    for (Future<Value> value : values) {
      assertSame(values.get(0).get(), value.get());
    }
    threads.shutdown();
    assertEquals(1, loads.get());
    assertTrue(values.get(0).get().closed);
  }

  @Test
  void close_closesWhatNobodyLeases() {
    LeaseCache<String, Value> cache = new LeaseCache<>(10);
    Value kept;
    try (var lease = cache.lease("a", 1, Value::new)) {
      kept = lease.value();
    }
    cache.close();
    assertTrue(kept.closed);
  }
}
