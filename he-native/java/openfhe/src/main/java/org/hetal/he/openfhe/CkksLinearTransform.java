package org.hetal.he.openfhe;

import java.util.Arrays;
import java.util.Locale;
import org.hetal.he.Ciphertext;
import org.hetal.he.library.NativeHandle;

/**
 * A square matrix with its diagonals encoded, of {@link CkksContext#linearTransform}. It multiplies
 * the vector of the first {@link #size} slots, which must be repeated through all slots, as {@link
 * CkksContext#encode} repeats it; the product is repeated likewise. OpenFHE's linear transform with
 * baby and giant steps, the one inside its bootstrap: {@code FHECKKSRNS::EvalLinearTransform},
 * which {@code CryptoContext} does not show.
 */
public final class CkksLinearTransform implements AutoCloseable {
  private final CkksContext context;
  private final NativeHandle handle;
  private final int size;
  private final int level;

  private CkksLinearTransform(CkksContext context, long handle, int size, int level) {
    this.context = context;
    this.handle = new NativeHandle(this, handle, "linear transform", Natives::release);
    this.size = size;
    this.level = level;
  }

  static CkksLinearTransform make(
      CkksContext context, double[][] real, double[][] imaginary, int level) {
    int size = real.length;
    long made =
        Natives.linearTransformMake(
            context.handle(),
            size,
            flattened("real", real, size),
            imaginary == null ? null : flattened("imaginary", imaginary, size),
            level);
    return new CkksLinearTransform(context, made, size, level);
  }

  private static double[] flattened(String what, double[][] rows, int size) {
    if (rows.length != size) {
      throw new IllegalArgumentException(
          "linear transform, " + what + ": expected " + size + " rows, actual " + rows.length);
    }
    // Checked before anything of that size is made.
    for (int i = 0; i < size; i++) {
      if (rows[i].length != size) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "linear transform, %s: row %d: expected %d values, actual %d",
                what,
                i,
                size,
                rows[i].length));
      }
    }
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  /**
   * Steps of the rotation keys that a transform of that size needs: about twice its root.
   *
   * @param size a power of two, 2 to slotCount
   */
  public static int[] rotations(CkksContext context, int size) {
    return Arrays.stream(Natives.linearTransformSteps(context.handle(), size))
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  /** Rows and columns. */
  public int size() {
    return size;
  }

  /** Of the ciphertexts that it takes. */
  public int level() {
    return level;
  }

  /**
   * {@code FHECKKSRNS::EvalLinearTransform} and {@code Rescale}: scale degree 1 in and out, one
   * level down.
   *
   * @throws org.hetal.he.HeLevelException for a ciphertext at another level than {@link #level}
   * @throws org.hetal.he.HeMissingKeyException without one of the {@link #rotations}
   */
  public CkksCiphertext apply(Ciphertext a) {
    return context.apply(handle, a);
  }

  @Override
  public void close() {
    handle.close();
  }

  @Override
  public String toString() {
    return "linear transform(" + size + " x " + size + ", level " + level + ") of " + context;
  }
}
