package org.hetal.he.openfhe.owner;

import org.hetal.he.openfhe.OpenFhe;

/** The native methods behind {@link NativeClientWithOpenFheKey}, in libhetal_openfhe_client.so. */
final class EngineClientNatives {
  private EngineClientNatives() {}

  static {
    OpenFhe.loadBeside(EngineClientNatives.class, "libhetal_openfhe_client.so");
  }

  static native void release(long handle);

  static native long generate(String parameterSet, int threads);

  static native long load(String parameterSet, int threads, String keyId, byte[] secret);

  static native String keyId(long client);

  static native byte[] secretKey(long client);

  static native byte[] encrypt(long client, double[] real, double[] imaginary, int level);

  static native double[] decrypt(long client, byte[] ciphertext);

  static native long openWriter(
      long client,
      String directory,
      int[] rotations,
      int relinearizationLevel,
      int conjugationLevel,
      boolean bootstrap,
      int[] sparseBootstraps);

  static native int writerTotal(long writer);

  static native long writeNext(long writer);

  static native void commitWriter(long writer);
}
