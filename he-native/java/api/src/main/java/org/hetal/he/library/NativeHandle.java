package org.hetal.he.library;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * One native object: a number that the library looks up, released exactly once, by {@link #close}
 * or, when the holder was forgotten, by a cleaner that counts the leak. A closed or forged number
 * is an exception in the library, never a crash.
 *
 * <p>Keep the holder reachable during a native call (try-finally with {@link
 * java.lang.ref.Reference#reachabilityFence}), or the cleaner may release it first.
 */
public final class NativeHandle implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final AtomicLong LEAKS = new AtomicLong();
  private static final AtomicBoolean REPORTED = new AtomicBoolean();
  private static final boolean TRACE = Boolean.getBoolean("hetal.leaks.trace");

  private final State state;
  private final Cleaner.Cleanable cleanable;

  /**
   * @param holder whose end means a leak if the handle is still open then
   * @param noun for messages: "ciphertext"
   * @param release the library's release; must not hold on to {@code holder}
   */
  public NativeHandle(Object holder, long handle, String noun, LongConsumer release) {
    state = new State(handle, noun, release);
    cleanable = CLEANER.register(holder, state);
  }

  /**
   * @throws IllegalStateException when closed
   */
  public long get() {
    if (state.closed.get()) {
      throw new IllegalStateException("the " + state.noun + " is closed");
    }
    return state.handle;
  }

  public boolean isClosed() {
    return state.closed.get();
  }

  /** Idempotent. */
  @Override
  public void close() {
    if (state.closed.compareAndSet(false, true)) {
      state.release.accept(state.handle);
      cleanable.clean();
    }
  }

  /** Native objects that were collected without being closed, in this JVM so far. */
  public static long leaks() {
    return LEAKS.get();
  }

  private static final class State implements Runnable {
    final long handle;
    final String noun;
    final LongConsumer release;
    final AtomicBoolean closed = new AtomicBoolean();
    final Throwable madeAt;

    State(long handle, String noun, LongConsumer release) {
      this.handle = handle;
      this.noun = noun;
      this.release = release;
      this.madeAt = TRACE ? new Throwable("made here") : null;
    }

    @Override
    public void run() {
      if (!closed.compareAndSet(false, true)) {
        return;
      }
      release.accept(handle);
      LEAKS.incrementAndGet();
      if (TRACE || REPORTED.compareAndSet(false, true)) {
        System.getLogger(NativeHandle.class.getName())
            .log(
                System.Logger.Level.WARNING,
                "a native "
                    + noun
                    + " was not closed; its memory is returned by the garbage collector, late"
                    + (TRACE ? "" : " (-Dhetal.leaks.trace=true says where each was made)"),
                madeAt);
      }
    }
  }
}
