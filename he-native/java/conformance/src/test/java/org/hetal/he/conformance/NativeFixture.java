package org.hetal.he.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.hetal.he.DeviceSpec;
import org.hetal.he.KeyPlan;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.engine.NativeEvaluator;
import org.hetal.he.owner.NativeClient;

/** The native engine on a small insecure ring. */
final class NativeFixture extends ClientFixture<NativeClient, NativeEvaluator> {
  static final String SET = "insecure_n10_l12";
  static final int TOP = 15;

  NativeFixture(int threads) {
    this(threads, plan());
  }

  NativeFixture(int threads, KeyPlan plan) {
    this(DeviceSpec.cpu(threads), plan);
  }

  NativeFixture(DeviceSpec device, KeyPlan plan) {
    super(
        NativeClient.insecureGenerate(SET, 11, device.threads()),
        plan,
        bundle -> NativeEngine.open(bundle, device));
  }

  static KeyPlan plan() {
    return plan(TOP);
  }

  /** Files of the bundle beside its manifest. */
  long keyFiles() {
    try (Stream<Path> files = Files.list(bundle())) {
      return files.count() - 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public double tolerance() {
    return 0x1p-24;
  }

  @Override
  public double bootstrapTolerance() {
    return 0x1p-18;
  }
}
