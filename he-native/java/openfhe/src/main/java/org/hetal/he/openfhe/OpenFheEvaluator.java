package org.hetal.he.openfhe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.HeLevelException;
import org.hetal.he.HeScaleException;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;

/**
 * An {@link Evaluator} in which OpenFHE does all the arithmetic. It obeys the same rules as the
 * native engine; see {@link OpenFheParameters} for the one inexactness of its scales. Rotations of
 * one ciphertext share a decomposition; sums of rotations are added after each has been switched,
 * since OpenFHE's public interface has no double hoisting.
 */
public final class OpenFheEvaluator implements Evaluator {
  private final OpenFheParameters parameters;
  private final OpenFheKeyBundle bundle;
  private final CkksContext context;
  private final int threads;
  private final int innerThreads;
  private volatile boolean closed;

  private OpenFheEvaluator(OpenFheKeyBundle bundle, CkksContext context, int threads) {
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
    if (threads < 0) {
      throw new IllegalArgumentException("threads: expected 0 or more, actual " + threads);
    }
    OpenFhe.require();
    OpenFheKeyBundle bundle = OpenFheKeyBundle.read(keyBundle);
    CkksContext context = bundle.parameters().openContext();
    try {
      bundle.load(keyBundle, context);
      int used = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
      return new OpenFheEvaluator(bundle, context, used);
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
  public String keyId() {
    return bundle.keyTag();
  }

  @Override
  public String device() {
    return "openfhe-" + OpenFhe.version() + " x" + Math.max(threads, innerThreads);
  }

  @Override
  public Plaintext encode(double[] values, int level) {
    return encode(values, null, level);
  }

  @Override
  public Plaintext encode(double[] real, double[] imaginary, int level) {
    requireLevel(level);
    return open().encode(real, imaginary, level);
  }

  // -- linear
  // ----------------------------------------------------------------------------------------

  @Override
  public Ciphertext add(Ciphertext a, Ciphertext b) {
    return open().add(a, b);
  }

  @Override
  public Ciphertext sub(Ciphertext a, Ciphertext b) {
    return open().sub(a, b);
  }

  @Override
  public Ciphertext negate(Ciphertext a) {
    return open().negate(a);
  }

  @Override
  public Ciphertext add(Ciphertext a, Plaintext b) {
    return open().add(a, b);
  }

  @Override
  public Ciphertext sub(Ciphertext a, Plaintext b) {
    return open().sub(a, b);
  }

  @Override
  public Ciphertext add(Ciphertext a, double constant) {
    return open().add(a, constant);
  }

  @Override
  public Ciphertext multiplyInteger(Ciphertext a, int factor) {
    return open().multiplyInteger(a, factor);
  }

  @Override
  public Ciphertext multiplyByI(Ciphertext a) {
    return open().multiplyByI(a);
  }

  // -- products
  // --------------------------------------------------------------------------------------

  @Override
  public Ciphertext multiply(Ciphertext a, Ciphertext b) {
    return open().multiply(a, b);
  }

  @Override
  public Ciphertext square(Ciphertext a) {
    return open().multiply(a, a);
  }

  @Override
  public Ciphertext multiply(Ciphertext a, Plaintext b) {
    return open().multiply(a, b);
  }

  @Override
  public Ciphertext multiply(Ciphertext a, double constant) {
    return open().multiply(a, constant);
  }

  @Override
  public Ciphertext multiplySum(List<Ciphertext> a, List<Ciphertext> b) {
    return open().multiplySum(a, b);
  }

  @Override
  public Ciphertext multiplySumPlain(List<Ciphertext> a, List<Plaintext> b) {
    return open().multiplySumPlain(a, b);
  }

  // -- upkeep
  // ----------------------------------------------------------------------------------------

  @Override
  public Ciphertext relinearize(Ciphertext a) {
    if (a.parts() == 3) {
      bundle.requireRelinearization(a.level());
    }
    return open().relinearize(a);
  }

  @Override
  public Ciphertext rescale(Ciphertext a) {
    return open().rescale(a);
  }

  @Override
  public Ciphertext dropToLevel(Ciphertext a, int level) {
    return open().dropToLevel(a, level);
  }

  // -- slots
  // -----------------------------------------------------------------------------------------

  @Override
  public Ciphertext rotate(Ciphertext a, int steps) {
    return rotateAll(a, new int[] {steps}).get(0);
  }

  @Override
  public List<Ciphertext> rotateAll(Ciphertext a, int[] steps) {
    requireTwoParts("rotate", a);
    for (int step : steps) {
      int left = Math.floorMod(step, parameters.slotCount());
      if (left != 0) {
        bundle.requireRotation(left, a.level());
      }
    }
    return List.copyOf(open().rotateAll(a, steps, threads));
  }

  @Override
  public Ciphertext conjugate(Ciphertext a) {
    requireTwoParts("conjugate", a);
    bundle.requireConjugation(a.level());
    return open().conjugate(a);
  }

  @Override
  public Ciphertext rotateSum(Ciphertext a, int[] steps) {
    requireTerms("rotateSum", steps.length, steps.length);
    return sum(rotateAll(a, steps));
  }

  @Override
  public Ciphertext sumRotated(List<Ciphertext> a, int[] steps) {
    requireTerms("sumRotated", a.size(), steps.length);
    for (Ciphertext term : a) {
      requireTwoParts("sumRotated", term);
    }
    List<Ciphertext> turned = new ArrayList<>();
    try {
      for (int i = 0; i < steps.length; i++) {
        turned.add(rotate(a.get(i), steps[i]));
      }
    } catch (RuntimeException e) {
      turned.forEach(Ciphertext::close);
      throw e;
    }
    return sum(turned);
  }

  @Override
  public List<Ciphertext> multiplyRotated(
      Ciphertext a, int[] steps, List<List<Plaintext>> factors) {
    requireTerms("multiplyRotated", steps.length, steps.length);
    requireFactor("multiplyRotated", a);
    List<Ciphertext> out = new ArrayList<>();
    try (Scope scope = new Scope()) {
      List<Ciphertext> turned = scope.addAll(rotateAll(a, steps));
      for (List<Plaintext> row : factors) {
        requireTerms("multiplyRotated", row.size(), steps.length);
        List<Ciphertext> present = new ArrayList<>();
        List<Plaintext> by = new ArrayList<>();
        for (int t = 0; t < steps.length; t++) {
          if (row.get(t) != null) {
            present.add(turned.get(t));
            by.add(row.get(t));
          }
        }
        out.add(open().multiplySumPlain(present, by));
      }
      return out;
    } catch (RuntimeException e) {
      out.forEach(Ciphertext::close);
      throw e;
    }
  }

  // -- refreshing
  // ------------------------------------------------------------------------------------

  /**
   * OpenFHE's bootstrap keeps complex slots: of (x/2) it returns z = x/2, and z + conj(z) is the
   * real part of x.
   */
  @Override
  public Ciphertext bootstrap(Ciphertext a) {
    requireRefreshable(a);
    try (Scope scope = new Scope()) {
      CkksCiphertext z = refreshed(scope, scope.add(lowered(a)));
      return open().add(z, scope.add(open().conjugate(z)));
    }
  }

  /** One bootstrap of (a + i b)/2: its real part is z + conj(z), its imaginary i (conj(z) - z). */
  @Override
  public List<Ciphertext> bootstrapPair(Ciphertext a, Ciphertext b) {
    if (a.level() != b.level()) {
      throw new HeLevelException(
          "bootstrapPair: unequal levels " + a.level() + " and " + b.level());
    }
    requireRefreshable(a);
    requireRefreshable(b);
    try (Scope scope = new Scope()) {
      CkksCiphertext imaginary = scope.add(open().multiplyByI(scope.add(lowered(b))));
      CkksCiphertext z = refreshed(scope, scope.add(open().add(scope.add(lowered(a)), imaginary)));
      CkksCiphertext conjugate = scope.add(open().conjugate(z));
      CkksCiphertext difference = scope.add(open().sub(conjugate, z));
      CkksCiphertext real = open().add(z, conjugate);
      return List.of(real, open().multiplyByI(difference));
    }
  }

  private CkksCiphertext lowered(Ciphertext a) {
    return open().dropToLevel(a, parameters.bootstrapInputLevel());
  }

  private CkksCiphertext refreshed(Scope scope, CkksCiphertext x) {
    CkksCiphertext half = scope.add(open().rescale(scope.add(open().multiply(x, 0.5))));
    CkksCiphertext z = scope.add(open().bootstrap(half));
    if (z.level() != parameters.bootstrapOutputLevel()) {
      throw new HeLevelException(
          "bootstrap: expected output level "
              + parameters.bootstrapOutputLevel()
              + ", actual "
              + z.level());
    }
    return z;
  }

  // -- bytes
  // -----------------------------------------------------------------------------------------

  @Override
  public Ciphertext zero(int level) {
    requireLevel(level);
    return open().zero(bundle.keyTag(), level);
  }

  /** OpenFHE's own form in an {@link Envelope}. */
  @Override
  public byte[] serialize(Ciphertext a) {
    requireDegreeOne("serialize", a);
    requireTwoParts("serialize", a);
    return open().serialize(a);
  }

  @Override
  public Ciphertext deserialize(byte[] bytes) {
    return open().deserializeCiphertext(bytes);
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

  // -- the rules
  // -------------------------------------------------------------------------------------

  private CkksContext open() {
    if (closed) {
      throw new IllegalStateException("the evaluator is closed");
    }
    return context;
  }

  private Ciphertext sum(List<Ciphertext> terms) {
    try (Scope scope = new Scope()) {
      scope.addAll(terms);
      Ciphertext sum = terms.get(0);
      for (int i = 1; i < terms.size(); i++) {
        sum = scope.add(open().add(sum, terms.get(i)));
      }
      return scope.release(sum);
    }
  }

  private void requireLevel(int level) {
    open();
    if (level < 0 || level > parameters.maxLevel()) {
      throw new HeLevelException(
          "level: expected 0 to " + parameters.maxLevel() + ", actual " + level);
    }
  }

  private void requireOwn(Ciphertext a) {
    open();
    if (!(a instanceof CkksCiphertext own)) {
      throw new IllegalArgumentException("expected a ciphertext of OpenFHE, actual " + a);
    }
    own.handle();
  }

  private void requireTwoParts(String what, Ciphertext a) {
    requireOwn(a);
    if (a.parts() != 2) {
      throw new IllegalArgumentException(what + ": expected 2 parts, actual " + a.parts());
    }
  }

  private void requireDegreeOne(String what, Ciphertext a) {
    requireOwn(a);
    if (a.scaleDegree() != 1) {
      throw new HeScaleException(what + ": expected scale degree 1, actual " + a.scaleDegree());
    }
  }

  private void requireFactor(String what, Ciphertext a) {
    requireDegreeOne(what, a);
    if (a.level() == 0) {
      throw new HeLevelException(what + ": expected a level of at least 1, actual 0");
    }
  }

  private void requireRefreshable(Ciphertext a) {
    requireDegreeOne("bootstrap", a);
    requireTwoParts("bootstrap", a);
    if (a.level() < parameters.bootstrapInputLevel()) {
      throw new HeLevelException(
          "bootstrap: expected a level of at least "
              + parameters.bootstrapInputLevel()
              + ", actual "
              + a.level());
    }
    bundle.requireBootstrap();
  }

  private static void requireTerms(String what, int a, int b) {
    if (a != b || a < 1) {
      throw new IllegalArgumentException(
          what + ": expected equal numbers of terms, at least 1; actual " + a + " and " + b);
    }
  }
}
