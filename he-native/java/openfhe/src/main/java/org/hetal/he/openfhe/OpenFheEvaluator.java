package org.hetal.he.openfhe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.he.CheckedEvaluator;
import org.hetal.he.HeLevelException;
import org.hetal.he.KeyLevels;
import org.hetal.he.KeyPlan;
import org.hetal.he.Scope;

/**
 * An {@link org.hetal.he.Evaluator} in which OpenFHE does all the arithmetic. It obeys the same
 * rules as the native engine; see {@link OpenFheParameters} for the one inexactness of its scales.
 * Rotations of one ciphertext share a decomposition; sums of rotations are added after each has
 * been switched, since OpenFHE's public interface has no double hoisting.
 */
public final class OpenFheEvaluator extends CheckedEvaluator<CkksCiphertext, CkksPlaintext> {
  private final OpenFheParameters parameters;
  private final OpenFheKeyBundle bundle;
  private final CkksContext context;
  private final int threads;
  private final int innerThreads;
  private volatile boolean closed;

  private OpenFheEvaluator(
      OpenFheKeyBundle bundle, KeyPlan keys, CkksContext context, int threads) {
    super(bundle.parameters(), KeyLevels.of(keys), CkksCiphertext.class, CkksPlaintext.class);
    this.parameters = bundle.parameters();
    this.bundle = bundle;
    this.context = context;
    this.innerThreads = OpenFhe.setThreads(threads);
    // An OpenFHE with OpenMP uses the threads itself.
    this.threads = innerThreads > 1 ? 1 : threads;
  }

  /**
   * Loads a key bundle, all of it, into OpenFHE's static maps.
   *
   * @param threads 0: one for each core; results do not depend on it
   * @throws OpenFheUnavailableException without OpenFHE
   * @throws java.io.UncheckedIOException when there is no bundle
   * @throws org.hetal.he.HeFormatException when it is damaged or of other parameters
   */
  public static OpenFheEvaluator open(Path keyBundle, int threads) {
    return open(keyBundle, null, threads);
  }

  /**
   * As {@link #open(Path, int)} with the bundle whose manifest is known.
   *
   * @param manifestDigest SHA-256 of the bundle's manifest in hex; null for any. OpenFHE's reader
   *     trusts the key files, so a bundle from a folder that others may write needs it
   */
  public static OpenFheEvaluator open(Path keyBundle, String manifestDigest, int threads) {
    return open(keyBundle, manifestDigest, true, threads);
  }

  /**
   * As {@link #open(Path, String, int)}, without the key files, which may be missing.
   *
   * @param manifestFolder a folder with the manifest of a bundle
   */
  static OpenFheEvaluator openWithoutKeys(Path manifestFolder, String digest, int threads) {
    return open(manifestFolder, digest, false, threads);
  }

  private static OpenFheEvaluator open(
      Path folder, String manifestDigest, boolean withKeys, int threads) {
    if (threads < 0) {
      throw new IllegalArgumentException("threads: expected 0 or more, actual " + threads);
    }
    OpenFhe.require();
    OpenFheKeyBundle bundle = OpenFheKeyBundle.read(folder, manifestDigest);
    CkksContext context = bundle.parameters().openContext();
    try {
      if (withKeys) {
        bundle.load(folder, context);
      }
      KeyPlan keys = withKeys ? bundle.plan() : new KeyPlan();
      int used = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
      return new OpenFheEvaluator(bundle, keys, context, used);
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  @Override
  public OpenFheParameters parameters() {
    return parameters;
  }

  /** Of the key pair that the bundle was made from; what {@code Client.keyId()} gives. */
  @Override
  public String keyId() {
    return bundle.keyTag();
  }

  @Override
  public String device() {
    return "openfhe-" + OpenFhe.version() + " x" + Math.max(threads, innerThreads);
  }

  @Override
  protected boolean isClosed() {
    return closed;
  }

  @Override
  protected Object handleOwner() {
    return context;
  }

  @Override
  protected CkksPlaintext doEncode(double[] real, double[] imaginary, int level) {
    return context.encode(real, imaginary, level);
  }

  // ---- linear ----

  @Override
  protected CkksCiphertext doAdd(CkksCiphertext a, CkksCiphertext b) {
    return context.add(a, b);
  }

  @Override
  protected CkksCiphertext doSub(CkksCiphertext a, CkksCiphertext b) {
    return context.sub(a, b);
  }

  @Override
  protected CkksCiphertext doNegate(CkksCiphertext a) {
    return context.negate(a);
  }

  @Override
  protected CkksCiphertext doAdd(CkksCiphertext a, CkksPlaintext b) {
    return context.add(a, b);
  }

  @Override
  protected CkksCiphertext doSub(CkksCiphertext a, CkksPlaintext b) {
    return context.sub(a, b);
  }

  @Override
  protected CkksCiphertext doAdd(CkksCiphertext a, double constant) {
    return context.add(a, constant);
  }

  @Override
  protected CkksCiphertext doMultiplyInteger(CkksCiphertext a, int factor) {
    return context.multiplyInteger(a, factor);
  }

  @Override
  protected CkksCiphertext doMultiplyByI(CkksCiphertext a) {
    return context.multiplyByI(a);
  }

  // ---- products ----

  @Override
  protected CkksCiphertext doMultiply(CkksCiphertext a, double constant) {
    return context.multiply(a, constant);
  }

  @Override
  protected CkksCiphertext doMultiplySum(List<CkksCiphertext> a, List<CkksCiphertext> b) {
    return context.multiplySum(a, b);
  }

  @Override
  protected CkksCiphertext doMultiplySumPlain(List<CkksCiphertext> a, List<CkksPlaintext> b) {
    return context.multiplySumPlain(a, b);
  }

  @Override
  protected CkksCiphertext doRelinearize(CkksCiphertext a) {
    return context.relinearize(a);
  }

  @Override
  protected CkksCiphertext doRescale(CkksCiphertext a) {
    return context.rescale(a);
  }

  @Override
  protected CkksCiphertext doDropToLevel(CkksCiphertext a, int level) {
    return context.dropToLevel(a, level);
  }

  // ---- rotations ----

  @Override
  protected CkksCiphertext doRotate(CkksCiphertext a, int left) {
    return doRotateAll(a, new int[] {left}).get(0);
  }

  @Override
  protected List<CkksCiphertext> doRotateAll(CkksCiphertext a, int[] left) {
    return context.rotateAll(a, left, threads);
  }

  @Override
  protected CkksCiphertext doConjugate(CkksCiphertext a) {
    return context.conjugate(a);
  }

  @Override
  protected CkksCiphertext doRotateSum(CkksCiphertext a, int[] left) {
    return sum(doRotateAll(a, left));
  }

  @Override
  protected CkksCiphertext doSumRotated(List<CkksCiphertext> a, int[] left) {
    List<CkksCiphertext> rotated = new ArrayList<>();
    try {
      for (int i = 0; i < left.length; i++) {
        rotated.add(doRotate(a.get(i), left[i]));
      }
    } catch (RuntimeException e) {
      rotated.forEach(CkksCiphertext::close);
      throw e;
    }
    return sum(rotated);
  }

  @Override
  protected List<CkksCiphertext> doMultiplyRotated(
      CkksCiphertext a, int[] left, List<List<CkksPlaintext>> factors) {
    List<CkksCiphertext> out = new ArrayList<>();
    try (Scope scope = new Scope()) {
      List<CkksCiphertext> rotated = scope.ownAll(doRotateAll(a, left));
      for (List<CkksPlaintext> row : factors) {
        List<CkksCiphertext> present = new ArrayList<>();
        List<CkksPlaintext> by = new ArrayList<>();
        for (int t = 0; t < left.length; t++) {
          if (row.get(t) != null) {
            present.add(rotated.get(t));
            by.add(row.get(t));
          }
        }
        out.add(context.multiplySumPlain(present, by));
      }
      return out;
    } catch (RuntimeException e) {
      out.forEach(CkksCiphertext::close);
      throw e;
    }
  }

  private CkksCiphertext sum(List<CkksCiphertext> terms) {
    try (Scope scope = new Scope()) {
      scope.ownAll(terms);
      CkksCiphertext sum = terms.get(0);
      for (int i = 1; i < terms.size(); i++) {
        sum = scope.own(context.add(sum, terms.get(i)));
      }
      return scope.release(sum);
    }
  }

  // ---- bootstraps ----

  /**
   * OpenFHE's bootstrap keeps complex slots: of (x/2) it returns z = x/2, and z + conj(z) is the
   * real part of x. It refreshes all slots, which serves every period.
   */
  @Override
  protected CkksCiphertext doBootstrap(CkksCiphertext a, int slots) {
    try (Scope scope = new Scope()) {
      CkksCiphertext z = refreshed(scope, scope.own(lowered(a)));
      return context.add(z, scope.own(context.conjugate(z)));
    }
  }

  /** One bootstrap of (a + i b)/2: its real part is z + conj(z), its imaginary i (conj(z) - z). */
  @Override
  protected List<CkksCiphertext> doBootstrapPair(CkksCiphertext a, CkksCiphertext b, int slots) {
    try (Scope scope = new Scope()) {
      CkksCiphertext imaginary = scope.own(context.multiplyByI(scope.own(lowered(b))));
      CkksCiphertext z = refreshed(scope, scope.own(context.add(scope.own(lowered(a)), imaginary)));
      CkksCiphertext conjugate = scope.own(context.conjugate(z));
      CkksCiphertext difference = scope.own(context.sub(conjugate, z));
      CkksCiphertext real = context.add(z, conjugate);
      return List.of(real, context.multiplyByI(difference));
    }
  }

  private CkksCiphertext lowered(CkksCiphertext a) {
    return context.dropToLevel(a, parameters.bootstrapInputLevel());
  }

  private CkksCiphertext refreshed(Scope scope, CkksCiphertext x) {
    CkksCiphertext half = scope.own(context.rescale(scope.own(context.multiply(x, 0.5))));
    CkksCiphertext z = scope.own(context.bootstrap(half));
    if (z.level() != parameters.bootstrapOutputLevel()) {
      throw new HeLevelException(
          "bootstrap: expected output level "
              + parameters.bootstrapOutputLevel()
              + ", actual "
              + z.level());
    }
    return z;
  }

  // ---- bytes ----

  @Override
  protected CkksCiphertext doZero(int level) {
    return context.zero(bundle.keyTag(), level);
  }

  /** Residues in an {@link Envelope}. */
  @Override
  protected byte[] doSerialize(CkksCiphertext a) {
    return context.serialize(a);
  }

  @Override
  protected CkksCiphertext doDeserialize(byte[] bytes) {
    return context.deserializeCiphertext(bytes);
  }

  @Override
  public void close() {
    closed = true;
    context.close();
  }

  @Override
  public String toString() {
    return "OpenFHE evaluator(" + parameters.name() + ")";
  }
}
