package org.hetal.he.openfhe;

/**
 * A ciphertext as residues in coefficient form, which depends on no library's transforms.
 *
 * @param moduli the primes of its limbs, a prefix of the context's
 * @param scale what the plaintext is multiplied by
 * @param parts 2 or 3 polynomials, each {@code moduli.length} arrays of N residues, one after
 *     another
 */
public record RnsCiphertext(long[] moduli, double scale, long[][] parts) {}
