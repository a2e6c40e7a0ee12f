package org.hetal.he.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.hetal.he.Ciphertext;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.KeyPlan;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.engine.NativeEvaluator;
import org.hetal.he.owner.NativeClient;

/** The native engine on a small insecure ring, with keys in a temporary folder. */
final class NativeFixture implements EvaluatorFixture {
  static final String SET = "insecure_n10_l12";
  static final int TOP = 15;

  private final NativeClient client;
  private final Path bundle;
  private final NativeEvaluator evaluator;

  NativeFixture(int threads) {
    this(threads, plan());
  }

  NativeFixture(int threads, KeyPlan plan) {
    this(DeviceSpec.cpu(threads), plan);
  }

  NativeFixture(DeviceSpec device, KeyPlan plan) {
    try {
      client = NativeClient.insecureGenerate(SET, 11, device.threads());
      bundle = Files.createTempDirectory("hetal-conformance-");
      client.writeEvaluationKeys(bundle, plan, (done, of, bytes) -> {});
      evaluator = NativeEngine.open(bundle, device);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every rotation that the suite makes, at the top level of computation. */
  static KeyPlan plan() {
    KeyPlan plan = new KeyPlan().relinearize(TOP).conjugate(TOP).bootstrap();
    for (int steps : new int[] {1, 2, 3, 5, 64, 511}) {
      plan.rotate(steps, TOP);
    }
    return plan;
  }

  NativeClient client() {
    return client;
  }

  Path bundle() {
    return bundle;
  }

  /** Files of the bundle beside its manifest. */
  long keyFiles() {
    try (Stream<Path> files = Files.list(bundle)) {
      return files.count() - 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  NativeEvaluator nativeEvaluator() {
    return evaluator;
  }

  @Override
  public Evaluator evaluator() {
    return evaluator;
  }

  @Override
  public Ciphertext encrypt(double[] values, int level) {
    return evaluator.deserialize(client.encrypt(values, level));
  }

  @Override
  public double[] decryptComplex(Ciphertext a) {
    return client.decryptComplex(evaluator.serialize(a));
  }

  @Override
  public double tolerance() {
    return 0x1p-24;
  }

  @Override
  public double bootstrapTolerance() {
    return 0x1p-18;
  }

  @Override
  public void close() {
    evaluator.close();
    client.close();
    delete(bundle);
  }

  static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
