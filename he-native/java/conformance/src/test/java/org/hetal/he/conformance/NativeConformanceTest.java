package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.hetal.he.Ciphertext;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeMissingKeyException;
import org.hetal.he.KeyPlan;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;
import org.hetal.he.engine.EngineLibrary;
import org.hetal.he.library.NativeHandle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class NativeConformanceTest extends EvaluatorConformance {
  private long leaksBefore;
  private long liveBefore;

  /** What the suite's engines compute on. */
  DeviceSpec device(int threads) {
    return DeviceSpec.cpu(threads);
  }

  private NativeFixture fixture(int threads) {
    return new NativeFixture(device(threads), NativeFixture.plan());
  }

  @Override
  EvaluatorFixture open() {
    return fixture(2);
  }

  @Override
  @BeforeAll
  void openFixture() {
    leaksBefore = NativeHandle.leaks();
    liveBefore = EngineLibrary.liveObjects();
    super.openFixture();
  }

  @Override
  @AfterAll
  void closeFixture() {
    super.closeFixture();
    assertEquals(liveBefore, EngineLibrary.liveObjects(), "native objects that are not closed");
    assertEquals(leaksBefore, NativeHandle.leaks(), "native objects that were forgotten");
  }

  /**
   * The noise of an encryption is that of its formula, as in tests/unit/ckks/noise_test.cpp: each
   * coefficient has an error of deviation 3.19 and a rounding, so the real part of a slot has the
   * deviation sqrt(N / 2 * (3.19^2 + 1/12)) / scale. Less would mean that nothing is hidden.
   */
  @Test
  void noiseOfAnEncryption_isThatOfItsFormula() {
    double squares = 0;
    int count = 0;
    for (int seed = 0; seed < 20; seed++) {
      Slots a = slots(seed);
      double[] fresh = fixture.decryptComplex(encrypt(a, LEVEL));
      for (int i = 0; i < a.re().length; i++) {
        squares += Math.pow(fresh[i] - a.re()[i], 2);
        count++;
      }
    }
    double actual = Math.sqrt(squares / count);
    double variance = fixture.slots() * (3.19 * 3.19 + 1.0 / 12);
    double expected = Math.sqrt(variance) / evaluator.parameters().scale(LEVEL);
    // 6 deviations of a mean of 10240 squares
    assertEquals(1, actual / expected, 0.05, "measured " + actual + ", by the formula " + expected);
  }

  @Test
  void missingKeys_throwWithTheRotationAndTheLevel() {
    Ciphertext x = encrypt(slots(1), 5);
    Class<HeMissingKeyException> missing = HeMissingKeyException.class;
    assertThrowsWith(missing, () -> evaluator.rotate(x, 9), 9, 5);
    assertThrowsWith(missing, () -> evaluator.rotate(x, -9), 503);
    assertThrowsWith(missing, () -> evaluator.rotateAll(x, new int[] {1, 9}), 9);
    assertThrowsWith(missing, () -> evaluator.rotateSum(x, new int[] {1, 9}), 9);
    assertThrowsWith(missing, () -> evaluator.sumRotated(List.of(x), new int[] {9}), 9);
    Plaintext p = encode(slots(1), 5);
    assertThrowsWith(
        missing, () -> evaluator.multiplyRotated(x, new int[] {9}, List.of(List.of(p))), 9);
    try (NativeFixture bare = new NativeFixture(device(1), new KeyPlan().rotate(1, 2))) {
      Evaluator e = bare.evaluator();
      try (Ciphertext y = bare.encrypt(bare.random(1), 3);
          Ciphertext square = e.square(y)) {
        assertThrowsWith(missing, () -> e.rotate(y, 1), 1, 3, 2);
        assertThrowsWith(missing, () -> e.conjugate(y), "conjugation");
        assertThrowsWith(missing, () -> e.relinearize(square), 3);
        assertThrows(missing, () -> e.relinearizeRescale(square));
        assertThrows(missing, () -> e.bootstrap(y));
        assertThrows(missing, () -> e.bootstrapPair(y, y));
      }
    }
  }

  @Test
  void deserialize_anyDamagedByte_throws() {
    byte[] good = evaluator.serialize(encrypt(slots(1), 1));
    SplittableRandom random = new SplittableRandom(6);
    for (int i = 0; i < 500; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
      assertThrows(HeFormatException.class, () -> evaluator.deserialize(bad).close());
    }
  }

  /**
   * The digest has no key, so anybody can recompute it. Behind it the level and every residue are
   * checked; what is accepted is a ciphertext that has exactly these bytes.
   */
  @Test
  void deserialize_damagedBytesUnderARightDigest_throwsOrReadsThem() throws Exception {
    byte[] good = evaluator.serialize(encrypt(slots(1), 1));
    SplittableRandom random = new SplittableRandom(7);
    int header = 8 + 4 + 32 + 16 + 4 + 4 + 32 + 8;
    int refused = 0;
    int accepted = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] bad = good.clone();
      switch (random.nextInt(4)) {
        case 0 -> bad[random.nextInt(header)] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bad[60 + random.nextInt(8)] = (byte) random.nextInt(256); // flags, level
        case 2 -> bad[header + random.nextInt(bad.length - header - 32)] ^= 1;
        default -> {
          int at = header + random.nextInt(bad.length - header - 48);
          Arrays.fill(bad, at, at + 16, (byte) 0xff);
        }
      }
      if (Arrays.equals(good, bad)) {
        continue;
      }
      byte[] sealed = sealed(bad);
      try (Ciphertext a = evaluator.deserialize(sealed)) {
        assertArrayEquals(sealed, evaluator.serialize(a));
        accepted++;
      } catch (HeFormatException e) {
        assertFalse(e.getMessage().contains("digest"), e.getMessage());
        refused++;
      }
    }
    assertTrue(accepted > 100, "accepted " + accepted);
    assertTrue(refused > 100, "refused " + refused);
  }

  /** With the SHA-256 of all bytes before it at its end. */
  private static byte[] sealed(byte[] bytes) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(bytes, 0, bytes.length - 32);
    byte[] out = bytes.clone();
    System.arraycopy(digest.digest(), 0, out, bytes.length - 32, 32);
    return out;
  }

  @Test
  void deserialize_otherKeyPair_throwsWithBothIds() {
    NativeFixture own = (NativeFixture) fixture;
    try (var stranger =
        org.hetal.he.owner.NativeClient.insecureGenerate(NativeFixture.SET, 12, 1)) {
      byte[] foreign = stranger.encrypt(new double[] {1}, 2);
      assertThrowsWith(
          HeFormatException.class,
          () -> evaluator.deserialize(foreign),
          own.client().keyId(),
          stranger.keyId());
    }
  }

  /** A computation with every kind of operation; its bytes. */
  static byte[] everything(EvaluatorFixture on) {
    Evaluator e = on.evaluator();
    try (Scope s = new Scope()) {
      Ciphertext x = s.own(on.encrypt(on.random(1), 9));
      Ciphertext y = s.own(on.encrypt(on.random(2), 9));
      Plaintext p = s.own(e.encode(new double[] {0.5, 0, 0.25, 0}, 8));
      Ciphertext z = s.own(e.multiplyRescale(x, y));
      List<Ciphertext> rows =
          s.ownAll(e.multiplyRotated(z, new int[] {0, 1, 64}, List.of(Arrays.asList(p, null, p))));
      Ciphertext r = s.own(e.rescale(rows.get(0)));
      Ciphertext t = s.own(e.rotateSum(r, new int[] {1, 2, 3, 5}));
      Ciphertext u = s.own(e.multiplyRescale(t, 0.25));
      List<Ciphertext> fresh = s.ownAll(e.bootstrapPair(u, u));
      Ciphertext sum = s.own(e.sumRotated(fresh, new int[] {5, 511}));
      Ciphertext again = s.own(e.bootstrap(s.own(e.dropToLevel(sum, 4))));
      List<Ciphertext> sparse =
          s.ownAll(e.bootstrapPair(again, s.own(e.bootstrap(again, 64)), 128));
      return e.serialize(s.own(e.add(sparse.get(0), sparse.get(1))));
    }
  }

  @Test
  void results_areTheSameBytes_forAnyNumberOfThreads() {
    List<byte[]> results = new ArrayList<>();
    for (int threads : new int[] {1, 2, 3}) {
      try (NativeFixture on = fixture(threads)) {
        results.add(everything(on));
      }
    }
    assertArrayEquals(results.get(0), results.get(1));
    assertArrayEquals(results.get(0), results.get(2));
  }

  @Test
  void severalJavaThreads_getTheSameBytes_andLoadKeysOnce() throws Exception {
    try (NativeFixture on = fixture(2)) {
      Evaluator e = on.evaluator();
      Ciphertext x = on.encrypt(on.random(3), 9);
      Callable<byte[]> work =
          () -> {
            try (Ciphertext turned = e.rotateSum(x, new int[] {1, 2, 3, 5, 64});
                Ciphertext square = e.multiplyRescale(turned, turned);
                Ciphertext fresh = e.bootstrap(square)) {
              return e.serialize(fresh);
            }
          };
      ExecutorService pool = Executors.newFixedThreadPool(4);
      try {
        List<Future<byte[]>> results = pool.invokeAll(List.of(work, work, work, work));
        for (Future<byte[]> result : results) {
          assertArrayEquals(results.get(0).get(), result.get());
        }
      } finally {
        pool.shutdown();
      }
      x.close();
      int once = on.evaluator().keysLoaded();
      assertTrue(once > 0 && once < on.keyFiles(), "keys come when they are used: " + once);
      useEveryKey(on);
      assertEquals(on.keyFiles(), on.evaluator().keysLoaded(), "each key is loaded once");
      useEveryKey(on);
      assertEquals(on.keyFiles(), on.evaluator().keysLoaded(), "and not again");
    }
  }

  /** Uses each key of {@link NativeFixture#plan}. */
  private static void useEveryKey(NativeFixture on) {
    Evaluator e = on.evaluator();
    try (Ciphertext x = on.encrypt(on.random(3), NativeFixture.TOP)) {
      for (int steps : NativeFixture.plan().rotations().keySet()) {
        e.rotate(x, steps).close();
      }
      e.conjugate(x).close();
      e.multiplyRescale(x, x).close();
      e.bootstrap(x).close();
      for (int slots : NativeFixture.plan().sparseBootstraps()) {
        e.bootstrap(x, slots).close();
      }
    }
  }

  /** A forgotten ciphertext is collected, counted, reported and its memory returned. */
  @Test
  @Timeout(120)
  void forgottenCiphertext_isCountedAsALeak_andReportedOnce() throws InterruptedException {
    List<String> reports = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger(NativeHandle.class.getName());
    logger.setUseParentHandlers(false);
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            reports.add(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      long before = NativeHandle.leaks();
      long live = EngineLibrary.liveObjects();
      forget();
      forget();
      // Until the collector and the cleaner have been there; the suite's time limit ends it.
      while (NativeHandle.leaks() < before + 2 || reports.isEmpty()) {
        System.gc();
        Thread.sleep(20);
      }
      assertEquals(before + 2, NativeHandle.leaks());
      assertEquals(live, EngineLibrary.liveObjects());
      leaksBefore += 2;
      assertEquals(1, reports.size(), () -> "reports: " + reports);
      assertTrue(reports.get(0).contains("a native ciphertext was not closed"), reports.get(0));
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
  }

  private void forget() {
    assertEquals(2, evaluator.zero(2).level());
  }
}
