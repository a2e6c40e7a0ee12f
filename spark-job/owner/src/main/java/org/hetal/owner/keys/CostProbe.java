package org.hetal.owner.keys;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.KeyPlan;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.owner.NativeClient;
import org.hetal.planner.CostModel;

/**
 * Times the engine on this machine for some seconds, to tell what a training will take before keys
 * for it are made.
 *
 * @param costs of the parameter set
 * @param secondsPerKeyByte that making and writing evaluation keys takes
 */
public record CostProbe(CostModel costs, double secondsPerKeyByte) {
  private static final String TOY = "insecure_n12";
  private static final int REPETITIONS = 3;

  /** Seconds of the operations on one ring. */
  record Times(double rotate, double multiply, double bootstrap, double pair, double perKeyByte) {}

  /**
   * Rotations and products are timed on the parameter set itself. Keys for a bootstrap of it would
   * take longer to make than the estimate is worth: a bootstrap is timed on a ring of 2^12, and
   * scaled by what a rotation takes on both. The memory of the larger ring is slower, so the
   * estimate is some tens of percent low at worst.
   *
   * @param parameterSet of the engine, such as {@code n16_l14}; there is a toy with its levels
   * @param threads 0: one a processor
   */
  public static CostProbe measure(String parameterSet, int threads) {
    return scaled(
        times(TOY + parameterSet.substring(parameterSet.indexOf("_l")), threads, true),
        times(parameterSet, threads, false));
  }

  static CostProbe scaled(Times toy, Times real) {
    double factor = real.rotate() / toy.rotate();
    return new CostProbe(
        new CostModel(
            "a probe of this machine",
            real.rotate(),
            // A multiplication is a product with its relinearization, which costs what a rotation
            // does.
            Math.max(real.multiply() - real.rotate(), real.multiply() / 10),
            factor * toy.bootstrap(),
            factor * toy.pair()),
        real.perKeyByte());
  }

  private static Times times(String set, int threads, boolean bootstrap) {
    try (TemporaryFolder folder = new TemporaryFolder("hetal-probe");
        NativeClient client = NativeClient.generate(set, threads)) {
      int level = client.parameters().bootstrapOutputLevel();
      KeyPlan keys = new KeyPlan().relinearize(level);
      keys.rotate(1, level);
      if (bootstrap) {
        keys.bootstrap();
      }
      AtomicLong bytes = new AtomicLong();
      long start = System.nanoTime();
      client.writeEvaluationKeys(
          folder.path().resolve("keys"), keys, (done, of, written) -> bytes.addAndGet(written));
      double perKeyByte = seconds(start) / bytes.get();
      try (Evaluator evaluator = NativeEngine.open(folder.path().resolve("keys"), threads);
          Ciphertext a = evaluator.deserialize(client.encrypt(new double[] {0.5}, level))) {
        return new Times(
            fastest(() -> evaluator.rotate(a, 1).close()),
            fastest(() -> evaluator.multiplyRescale(a, a).close()),
            bootstrap ? fastest(() -> evaluator.bootstrap(a).close()) : 0,
            bootstrap ? fastest(() -> evaluator.bootstrapPair(a, a).forEach(Ciphertext::close)) : 0,
            perKeyByte);
      }
    }
  }

  /** The first call fetches keys and makes tables. */
  private static double fastest(Runnable operation) {
    operation.run();
    double[] all = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      operation.run();
      all[i] = seconds(start);
    }
    return Arrays.stream(all).min().getAsDouble();
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }
}
