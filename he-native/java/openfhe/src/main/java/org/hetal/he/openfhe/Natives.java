package org.hetal.he.openfhe;

/** The native methods of libhetal_openfhe.so. Handles are numbers that the library looks up. */
final class Natives {
  private Natives() {}

  static native String commit();

  static native String version();

  static native int setThreads(int threads);

  static native int threads();

  static native long liveObjects();

  static native int staticEntries();

  static native void release(long handle);

  static native long contextCreate(
      int ringDegree,
      int depth,
      int scalingBits,
      int firstBits,
      int digits,
      int secret,
      int securityBits);

  static native long contextOfPrimes(
      int ringDegree, long[] primes, int scalingBits, int digits, int specialBits, int secret);

  static native long contextDeserialize(byte[] bytes);

  static native byte[] contextSerialize(long context);

  static native long[] contextPrimes(long context, boolean special);

  static native long[] contextNumbers(long context);

  static native int bootstrapDepth(int encodingBudget, int decodingBudget, int secret);

  static native void bootstrapSetup(
      long context, int encodingBudget, int decodingBudget, int correction, int babySteps);

  static native long publicKeyDeserialize(long context, byte[] bytes);

  static native byte[] publicKeySerialize(long context, long key);

  static native String publicKeyTag(long key);

  static native void loadRelinearizationKeys(long context, byte[] bytes);

  static native void loadAutomorphismKeys(long context, byte[] bytes);

  static native byte[] relinearizationKeysSerialize(long context, String tag);

  static native byte[] automorphismKeysSerialize(long context, String tag);

  static native long encode(long context, double[] real, double[] imaginary, int level);

  static native long encrypt(long context, long key, long plaintext);

  static native int ciphertextDescribe(long handle);

  static native String ciphertextKeyTag(long handle);

  static native byte[] ciphertextSerialize(long context, long a);

  static native long ciphertextDeserialize(long context, byte[] bytes);

  static native long zero(long context, String tag, int level);

  static native long add(long context, long a, long b);

  static native long sub(long context, long a, long b);

  static native long addPlain(long context, long a, long b);

  static native long subPlain(long context, long a, long b);

  static native long addConstant(long context, long a, double constant);

  static native long negate(long context, long a);

  static native long multiplyByI(long context, long a);

  static native long multiplyInteger(long context, long a, int factor);

  static native long multiplyConstant(long context, long a, double constant);

  static native long multiplySum(long context, long[] a, long[] b);

  static native long multiplySumPlain(long context, long[] a, long[] b);

  static native long relinearize(long context, long a);

  static native long rescale(long context, long a);

  static native long dropToLevel(long context, long a, int level);

  static native long[] rotateAll(long context, long a, int[] steps, int threads);

  static native long conjugate(long context, long a);

  static native long chebyshev(
      long context, long a, double[] coefficients, double low, double high);

  static native long weightedSum(long context, long[] a, double[] weights);

  static native long sum(long context, long a, int count);

  static native long innerProduct(long context, long a, long b, int count);

  static native long innerProductPlain(long context, long a, long b, int count);

  static native long[] linearTransformSteps(long context, int size);

  static native long linearTransformMake(
      long context, int size, double[] real, double[] imaginary, int level);

  static native long linearTransformApply(long context, long transform, long a);

  static native long bootstrap(long context, long a);

  static native long[] toResidues(long context, long a, int part);

  static native long fromResidues(
      long context, long[] moduli, double scale, long[][] parts, String tag);
}
