package org.hetal.he.openfhe;

import java.io.Serializable;

/**
 * What a CKKS context is made from: {@code CCParams<CryptoContextCKKSRNS>}. The scaling technique
 * is FIXEDMANUAL, in which levels and scales stay in the caller's hands: every scale is {@code
 * 2^scalingBits} and every prime but the first is as near to it as primes come.
 *
 * @param ringDegree {@code SetRingDim}; a power of two of 16 to 131072, or 0 for the least that the
 *     security level allows
 * @param depth {@code SetMultiplicativeDepth}: rescalings of a fresh ciphertext, 1 to 60
 * @param scalingBits {@code SetScalingModSize}, 20 to 59
 * @param firstBits {@code SetFirstModSize}, scalingBits to 60
 * @param digits {@code SetNumLargeDigits} of hybrid key switching; 0 for OpenFHE's choice
 * @param secret {@code SetSecretKeyDist}
 * @param securityBits {@code SetSecurityLevel}: 128, 192 or 256 classical bits by OpenFHE's table,
 *     or 0 for none
 */
public record CkksSettings(
    int ringDegree,
    int depth,
    int scalingBits,
    int firstBits,
    int digits,
    Secret secret,
    int securityBits)
    implements Serializable {

  /** How secret keys are drawn; the order is that of the native side. */
  public enum Secret {
    /** Coefficients -1, 0, 1 alike. */
    UNIFORM_TERNARY,
    /** 192 nonzero coefficients. */
    SPARSE_TERNARY,
    /** Uniform, with bootstraps under an ephemeral sparse key: the least depth. */
    SPARSE_ENCAPSULATED
  }

  /**
   * Rescalings that a bootstrap takes from the depth: {@code FHECKKSRNS::GetBootstrapDepth}.
   *
   * @param encodingBudget levels of CoeffsToSlots, 1 to 8
   * @param decodingBudget levels of SlotsToCoeffs, 1 to 8
   */
  public static int bootstrapDepth(int encodingBudget, int decodingBudget, Secret secret) {
    OpenFhe.require();
    return Natives.bootstrapDepth(encodingBudget, decodingBudget, secret.ordinal());
  }
}
