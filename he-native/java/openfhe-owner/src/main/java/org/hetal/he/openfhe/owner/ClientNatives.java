package org.hetal.he.openfhe.owner;

import org.hetal.he.openfhe.OpenFhe;

/** The native methods of libhetal_openfhe_client.so, which the cluster does not get. */
final class ClientNatives {
  private ClientNatives() {}

  static {
    OpenFhe.loadBeside(ClientNatives.class, "libhetal_openfhe_client.so");
  }

  static native void release(long handle);

  static native long[] generate(long context);

  static native void generateRelinearizationKey(long context, long key);

  static native void generateRotationKeys(long context, long key, int[] steps);

  static native void generateConjugationKey(long context, long key);

  static native void generateBootstrapKeys(long context, long key);

  static native long encrypt(long context, long key, long plaintext);

  static native double[] decrypt(long context, long key, long ciphertext);

  static native String secretKeyTag(long key);

  static native byte[] secretKeySerialize(long context, long key);

  static native long secretKeyDeserialize(long context, byte[] bytes);

  static native byte[] secretKeyCoefficients(long context, long key);

  static native long secretKeyFromCoefficients(long context, byte[] coefficients, String tag);

  static native byte[] relinearizationKey(long context, long key, int level);

  static native byte[] automorphismKey(
      long context, long key, int steps, boolean conjugation, int level);

  static native long bootstrapKeySet(long context, long key);

  static native int keySetSize(long keySet);

  static native boolean keySetHas(long context, long keySet, int steps);

  static native byte[] keySetTake(long context, long keySet);
}
