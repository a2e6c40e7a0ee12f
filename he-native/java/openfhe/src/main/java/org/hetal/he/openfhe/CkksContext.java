package org.hetal.he.openfhe;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.HeFormatException;
import org.hetal.he.Plaintext;
import org.hetal.he.library.NativeHandle;

/**
 * A CKKS context of OpenFHE and what can be computed in it: {@code CryptoContext<DCRTPoly>}.
 *
 * <p>Each method names the OpenFHE call behind it. The binding is stricter than OpenFHE: operands
 * at unequal levels, of unequal scale degrees or under different keys are errors ({@link
 * org.hetal.he.HeLevelException}, {@link org.hetal.he.HeScaleException}, {@link
 * IllegalArgumentException}) where OpenFHE would repair them or go on; a missing key is a {@link
 * org.hetal.he.HeMissingKeyException}; what OpenFHE itself refuses is an {@link OpenFheException}
 * in its words. A closed operand is an {@link IllegalStateException}, one of another context an
 * {@link IllegalArgumentException}.
 *
 * <p>OpenFHE keeps evaluation keys in static maps: they are shared by all contexts of equal
 * settings in the process, and cleared when the last of those is closed. Methods may be called from
 * several threads.
 */
public final class CkksContext implements AutoCloseable {
  private final NativeHandle handle;
  private final long[] primes;
  private final long[] specialPrimes;
  private final long[] numbers;
  private final String parameterHash;

  private CkksContext(long handle) {
    this.handle = new NativeHandle(this, handle, "context", Natives::release);
    this.primes = Natives.contextPrimes(handle, false);
    this.specialPrimes = Natives.contextPrimes(handle, true);
    this.numbers = Natives.contextNumbers(handle);
    String text =
        "openfhe;N="
            + numbers[0]
            + ";q="
            + Arrays.toString(primes)
            + ";p="
            + Arrays.toString(specialPrimes)
            + ";scale=2^"
            + numbers[1]
            + ";secret="
            + numbers[2]
            + ";digits="
            + numbers[3];
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    this.parameterHash = HexFormat.of().formatHex(Envelope.sha256(bytes, bytes.length));
  }

  /**
   * {@code GenCryptoContext}, with PKE, KEYSWITCH, LEVELEDSHE, ADVANCEDSHE and FHE enabled.
   *
   * @throws org.hetal.he.HeSecurityException when the settings ask for a security level that
   *     OpenFHE's table does not grant
   */
  public static CkksContext create(CkksSettings settings) {
    OpenFhe.require();
    return new CkksContext(
        Natives.contextCreate(
            settings.ringDegree(),
            settings.depth(),
            settings.scalingBits(),
            settings.firstBits(),
            settings.digits(),
            settings.secret().ordinal(),
            settings.securityBits()));
  }

  /**
   * A context over given primes, for exchange with another library that has the same: {@code
   * CryptoParametersCKKSRNS} from {@code ILDCRTParams}. No security is checked.
   *
   * @param primes from the bottom of the chain; each 1 modulo 2 ringDegree and below 2^60
   * @param digits of hybrid key switching
   * @param specialBits the special primes, which OpenFHE chooses itself, lie below 2^specialBits
   */
  public static CkksContext ofPrimes(
      int ringDegree,
      long[] primes,
      int scalingBits,
      int digits,
      int specialBits,
      CkksSettings.Secret secret) {
    OpenFhe.require();
    return new CkksContext(
        Natives.contextOfPrimes(
            ringDegree, primes, scalingBits, digits, specialBits, secret.ordinal()));
  }

  /** {@code Serial::Deserialize(context, BINARY)} of what {@link #serialize} wrote. */
  public static CkksContext deserialize(byte[] bytes) {
    OpenFhe.require();
    byte[] payload = Envelope.unwrap(Envelope.Kind.CONTEXT, null, bytes);
    CkksContext context = new CkksContext(Natives.contextDeserialize(payload));
    try {
      Envelope.unwrap(Envelope.Kind.CONTEXT, context.parameterHash, bytes);
      return context;
    } catch (HeFormatException e) {
      context.close();
      throw e;
    }
  }

  /** {@code Serial::Serialize(context, BINARY)} in an {@link Envelope}. Keys are not in it. */
  public byte[] serialize() {
    return fenced(
        () ->
            Envelope.wrap(
                Envelope.Kind.CONTEXT, parameterHash, Natives.contextSerialize(handle())));
  }

  // ---- what it is ----

  /** {@code GetRingDimension}. */
  public int ringDegree() {
    return (int) numbers[0];
  }

  public int slotCount() {
    return ringDegree() / 2;
  }

  /** The level of a ciphertext with all limbs. */
  public int maxLevel() {
    return primes.length - 1;
  }

  /** log2 of the one scale that every ciphertext of scale degree 1 has. */
  public int scalingBits() {
    return (int) numbers[1];
  }

  public CkksSettings.Secret secret() {
    return CkksSettings.Secret.values()[(int) numbers[2]];
  }

  /** The chain from the bottom: {@code GetElementParams()->GetParams()}. */
  public long[] primes() {
    return primes.clone();
  }

  /** {@code GetParamsP()}. */
  public long[] specialPrimes() {
    return specialPrimes.clone();
  }

  /** log2 of the product of all primes, special ones included. */
  public double logQp() {
    double sum = 0;
    for (long prime : primes) {
      sum += Math.log(prime) / Math.log(2);
    }
    for (long prime : specialPrimes) {
      sum += Math.log(prime) / Math.log(2);
    }
    return sum;
  }

  /** SHA-256 of ring degree, primes, scale, secret distribution and digits, in hex. */
  public String parameterHash() {
    return parameterHash;
  }

  // ---- keys ----

  public CkksPublicKey deserializePublicKey(byte[] bytes) {
    byte[] payload = Envelope.unwrap(Envelope.Kind.PUBLIC_KEY, parameterHash, bytes);
    return fenced(() -> new CkksPublicKey(this, Natives.publicKeyDeserialize(handle(), payload)));
  }

  /** {@code SerializeEvalMultKey} of one key pair, in an {@link Envelope}. */
  public byte[] serializeRelinearizationKeys(String keyTag) {
    return fenced(
        () ->
            Envelope.wrap(
                Envelope.Kind.RELINEARIZATION_KEYS,
                parameterHash,
                Natives.relinearizationKeysSerialize(handle(), keyTag)));
  }

  /** {@code InsertEvalMultKey} of what {@link #serializeRelinearizationKeys} wrote. */
  public void loadRelinearizationKeys(byte[] bytes) {
    byte[] payload = Envelope.unwrap(Envelope.Kind.RELINEARIZATION_KEYS, parameterHash, bytes);
    fenced(
        () -> {
          Natives.loadRelinearizationKeys(handle(), payload);
          return null;
        });
  }

  /**
   * {@code SerializeEvalAutomorphismKey} of one key pair: rotation, conjugation and bootstrap keys,
   * in an {@link Envelope}.
   */
  public byte[] serializeRotationKeys(String keyTag) {
    return fenced(
        () ->
            Envelope.wrap(
                Envelope.Kind.ROTATION_KEYS,
                parameterHash,
                Natives.automorphismKeysSerialize(handle(), keyTag)));
  }

  /** {@code InsertEvalAutomorphismKey} of what {@link #serializeRotationKeys} wrote. */
  public void loadRotationKeys(byte[] bytes) {
    byte[] payload = Envelope.unwrap(Envelope.Kind.ROTATION_KEYS, parameterHash, bytes);
    fenced(
        () -> {
          Natives.loadAutomorphismKeys(handle(), payload);
          return null;
        });
  }

  // ---- plaintexts, encryption, bytes ----

  /**
   * Encodes slots: {@code DiscreteFourierTransform::FFTSpecialInv} and rounding. ({@code
   * MakeCKKSPackedPlaintext} does the same but refuses slots whose coefficients are all below one.)
   *
   * @param real 1 to slotCount values, a power of two of them, repeated
   * @param imaginary null for none
   */
  public CkksPlaintext encode(double[] real, double[] imaginary, int level) {
    return fenced(
        () -> new CkksPlaintext(this, Natives.encode(handle(), real, imaginary, level), level));
  }

  public CkksPlaintext encode(double[] values, int level) {
    return encode(values, null, level);
  }

  /** {@code Encrypt(publicKey, plaintext)}. */
  public CkksCiphertext encrypt(CkksPublicKey key, CkksPlaintext plaintext) {
    return made(() -> Natives.encrypt(handle(), key.handle(), plaintext.handle()), key, plaintext);
  }

  /** The ciphertext's residues in an {@link Envelope}; not OpenFHE's own archive. */
  public byte[] serialize(Ciphertext a) {
    return fenced(
        () ->
            Envelope.wrap(
                Envelope.Kind.CIPHERTEXT,
                parameterHash,
                Natives.ciphertextSerialize(handle(), own(a))),
        a);
  }

  /**
   * Reads what {@link #serialize(Ciphertext)} wrote. Takes arbitrary bytes.
   *
   * @throws HeFormatException unless every field is one of this context, the size is exact and each
   *     residue is below its prime
   */
  public CkksCiphertext deserializeCiphertext(byte[] bytes) {
    byte[] payload = Envelope.unwrap(Envelope.Kind.CIPHERTEXT, parameterHash, bytes);
    return made(() -> Natives.ciphertextDeserialize(handle(), payload));
  }

  /** Zero without randomness, under the key of that tag; level 0 to {@link #maxLevel()}. */
  public CkksCiphertext zero(String keyTag, int level) {
    return made(() -> Natives.zero(handle(), keyTag, level));
  }

  // ---- arithmetic: level and scale degree unchanged ----

  /** {@code EvalAdd(ciphertext, ciphertext)}. */
  public CkksCiphertext add(Ciphertext a, Ciphertext b) {
    return made(() -> Natives.add(handle(), own(a), own(b)), a, b);
  }

  /** {@code EvalSub(ciphertext, ciphertext)}. */
  public CkksCiphertext sub(Ciphertext a, Ciphertext b) {
    return made(() -> Natives.sub(handle(), own(a), own(b)), a, b);
  }

  /** {@code EvalAdd(ciphertext, plaintext)}. */
  public CkksCiphertext add(Ciphertext a, Plaintext b) {
    return made(() -> Natives.addPlain(handle(), own(a), own(b)), a, b);
  }

  /** {@code EvalSub(ciphertext, plaintext)}. */
  public CkksCiphertext sub(Ciphertext a, Plaintext b) {
    return made(() -> Natives.subPlain(handle(), own(a), own(b)), a, b);
  }

  /** {@code EvalAdd(ciphertext, double)}; any scale degree. */
  public CkksCiphertext add(Ciphertext a, double constant) {
    return made(() -> Natives.addConstant(handle(), own(a), constant), a);
  }

  /** {@code EvalNegate}. */
  public CkksCiphertext negate(Ciphertext a) {
    return made(() -> Natives.negate(handle(), own(a)), a);
  }

  /** {@code MultByMonomial} with X^(N/2): every slot times i, exactly. */
  public CkksCiphertext multiplyByI(Ciphertext a) {
    return made(() -> Natives.multiplyByI(handle(), own(a)), a);
  }

  /** {@code MultByInteger}; a magnitude of at most 2^20. */
  public CkksCiphertext multiplyInteger(Ciphertext a, int factor) {
    return made(() -> Natives.multiplyInteger(handle(), own(a), factor), a);
  }

  // ---- products: scale degree 1 in, 2 out ----

  /** {@code EvalMultNoRelin}: three parts. */
  public CkksCiphertext multiply(Ciphertext a, Ciphertext b) {
    return multiplySum(List.of(a), List.of(b));
  }

  /** {@code EvalMult(ciphertext, plaintext)}. */
  public CkksCiphertext multiply(Ciphertext a, Plaintext b) {
    return multiplySumPlain(List.of(a), List.of(b));
  }

  /** {@code EvalMult(ciphertext, double)}. */
  public CkksCiphertext multiply(Ciphertext a, double constant) {
    return made(() -> Natives.multiplyConstant(handle(), own(a), constant), a);
  }

  /** The sum of {@code EvalMultNoRelin(a[i], b[i])}: three parts. */
  public CkksCiphertext multiplySum(List<? extends Ciphertext> a, List<? extends Ciphertext> b) {
    return made(() -> Natives.multiplySum(handle(), own(a), own(b)), a, b);
  }

  /** The sum of {@code EvalMult(a[i], b[i])} with plaintexts. */
  public CkksCiphertext multiplySumPlain(
      List<? extends Ciphertext> a, List<? extends Plaintext> b) {
    return made(
        () -> Natives.multiplySumPlain(handle(), own(a), b.stream().mapToLong(this::own).toArray()),
        a,
        b);
  }

  /** {@code Relinearize}: three parts to two; two come back as a copy. */
  public CkksCiphertext relinearize(Ciphertext a) {
    return made(() -> Natives.relinearize(handle(), own(a)), a);
  }

  /** {@code Rescale}: level l and scale degree 2 to level l - 1 and degree 1. */
  public CkksCiphertext rescale(Ciphertext a) {
    return made(() -> Natives.rescale(handle(), own(a)), a);
  }

  /** {@code LevelReduce}; exact, as all scales are equal. */
  public CkksCiphertext dropToLevel(Ciphertext a, int level) {
    return made(() -> Natives.dropToLevel(handle(), own(a), level), a);
  }

  // ---- slots and circuits ----

  /** {@code EvalFastRotation} by one step; to the left when positive. */
  public CkksCiphertext rotate(Ciphertext a, int steps) {
    return rotateAll(a, new int[] {steps}, 1).get(0);
  }

  /**
   * {@code EvalFastRotationPrecompute} once, then {@code EvalFastRotation} for each step, on as
   * many threads.
   */
  public List<CkksCiphertext> rotateAll(Ciphertext a, int[] steps, int threads) {
    return fenced(
        () ->
            Arrays.stream(Natives.rotateAll(handle(), own(a), steps, threads))
                .mapToObj(turned -> new CkksCiphertext(this, turned))
                .toList(),
        a);
  }

  /** {@code EvalAutomorphism} with 2N - 1. */
  public CkksCiphertext conjugate(Ciphertext a) {
    return made(() -> Natives.conjugate(handle(), own(a)), a);
  }

  /**
   * The series of Chebyshev polynomials on an interval: {@code EvalChebyshevSeries}. n coefficients
   * take about log2(n) + 1 levels, and one more when the interval is not [-1, 1].
   *
   * @param coefficients two or more; the first counts in full (OpenFHE itself would halve it)
   */
  public CkksCiphertext chebyshev(Ciphertext a, double[] coefficients, double low, double high) {
    return made(() -> Natives.chebyshev(handle(), own(a), coefficients, low, high), a);
  }

  /** The sum of weights[i] a[i], rescaled: {@code EvalLinearWSum}. Takes one level. */
  public CkksCiphertext weightedSum(List<? extends Ciphertext> a, double[] weights) {
    return made(() -> Natives.weightedSum(handle(), own(a), weights), a);
  }

  /**
   * Slot i of the result is the sum of the slots i to i + count - 1, cyclic: {@code EvalSum}. Level
   * and scale degree unchanged. Needs the rotation keys by 1, 2, 4, ..., count / 2 ({@code
   * EvalSumKeyGen} would make those of all powers of two).
   *
   * @param count a power of two, 1 to slotCount
   */
  public CkksCiphertext sum(Ciphertext a, int count) {
    return made(() -> Natives.sum(handle(), own(a), count), a);
  }

  /**
   * {@link #sum} of the products of slots, relinearized and rescaled: {@code EvalInnerProduct} and
   * {@code Rescale}. Scale degree 1 in and out; takes one level.
   */
  public CkksCiphertext innerProduct(Ciphertext a, Ciphertext b, int count) {
    return made(() -> Natives.innerProduct(handle(), own(a), own(b), count), a, b);
  }

  /** As {@link #innerProduct(Ciphertext, Ciphertext, int)} with an encoded factor. */
  public CkksCiphertext innerProduct(Ciphertext a, Plaintext b, int count) {
    return made(() -> Natives.innerProductPlain(handle(), own(a), own(b), count), a, b);
  }

  /**
   * Encodes a square matrix for products with ciphertexts of one level: {@code
   * FHECKKSRNS::EvalLinearTransformPrecompute}. Takes {@code rows} plaintexts of all slots, special
   * primes included.
   *
   * @param real rows of the matrix, as many as columns: a power of two, 2 to slotCount
   * @param imaginary null for none
   * @param level of the ciphertexts, at least 1
   */
  public CkksLinearTransform linearTransform(double[][] real, double[][] imaginary, int level) {
    return fenced(() -> CkksLinearTransform.make(this, real, imaginary, level));
  }

  /**
   * Prepares bootstraps of all slots: {@code EvalBootstrapSetup}. Before bootstrap keys are made
   * and before {@link #bootstrap}.
   *
   * @param correction {@code correctionFactor}; 0 for OpenFHE's choice
   */
  public void bootstrapSetup(int encodingBudget, int decodingBudget, int correction) {
    bootstrapSetup(encodingBudget, decodingBudget, correction, 0);
  }

  /**
   * As {@link #bootstrapSetup(int, int, int)}, with a say in how many rotation keys there are.
   *
   * @param babySteps {@code dim1} of both transforms: a power of two of at most 512, or 0 for
   *     OpenFHE's choice, which has more keys than need be
   */
  public void bootstrapSetup(
      int encodingBudget, int decodingBudget, int correction, int babySteps) {
    fenced(
        () -> {
          Natives.bootstrapSetup(handle(), encodingBudget, decodingBudget, correction, babySteps);
          return null;
        });
  }

  /**
   * {@code EvalBootstrap} and the rescaling that it leaves over. Level 1 or above in.
   *
   * @throws IllegalArgumentException before {@link #bootstrapSetup(int, int, int)}
   * @throws org.hetal.he.HeMissingKeyException unless all bootstrap keys are there, and in full
   */
  public CkksCiphertext bootstrap(Ciphertext a) {
    return made(() -> Natives.bootstrap(handle(), own(a)), a);
  }

  // ---- exchange ----

  /** A ciphertext of scale degree 1 as residues; its scale is 2^scalingBits. */
  public RnsCiphertext toResidues(CkksCiphertext a) {
    long[][] parts = new long[a.parts()][];
    for (int i = 0; i < parts.length; i++) {
      int part = i;
      parts[i] = fenced(() -> Natives.toResidues(handle(), own(a), part), a);
    }
    return new RnsCiphertext(
        Arrays.copyOf(primes, a.level() + 1), Math.scalb(1.0, scalingBits()), parts);
  }

  /**
   * Residues as a ciphertext of scale degree 1 under the key of that tag. The values are those of
   * the residues times 2^-scalingBits, whatever the scale says.
   *
   * @throws IllegalArgumentException for moduli that are not a prefix of the chain, a wrong number
   *     of residues, or residues that are not below their modulus
   */
  public CkksCiphertext fromResidues(RnsCiphertext a, String keyTag) {
    return made(() -> Natives.fromResidues(handle(), a.moduli(), a.scale(), a.parts(), keyTag));
  }

  // ---- handles ----

  /** For the client's native methods. */
  public long handle() {
    return handle.get();
  }

  private long own(Ciphertext a) {
    if (a instanceof CkksCiphertext own && own.context() == this) {
      return own.handle();
    }
    throw new IllegalArgumentException("expected a ciphertext of this context, actual " + a);
  }

  private long[] own(List<? extends Ciphertext> list) {
    return list.stream().mapToLong(this::own).toArray();
  }

  private long own(Plaintext a) {
    if (a instanceof CkksPlaintext own && own.context() == this) {
      return own.handle();
    }
    throw new IllegalArgumentException("expected a plaintext of this context, actual " + a);
  }

  private CkksCiphertext made(java.util.function.LongSupplier call, Object... operands) {
    return fenced(() -> new CkksCiphertext(this, call.getAsLong()), operands);
  }

  CkksCiphertext apply(NativeHandle transform, Ciphertext a) {
    return made(
        () -> Natives.linearTransformApply(handle(), transform.get(), own(a)), transform, a);
  }

  private <T> T fenced(java.util.function.Supplier<T> call, Object... operands) {
    try {
      return call.get();
    } finally {
      Reference.reachabilityFence(this);
      Reference.reachabilityFence(operands);
    }
  }

  /** Idempotent. The last context of these settings takes its keys out of OpenFHE's static maps. */
  @Override
  public void close() {
    handle.close();
  }

  @Override
  public String toString() {
    return "OpenFHE CKKS context(N = " + ringDegree() + ", " + primes.length + " primes)";
  }
}
