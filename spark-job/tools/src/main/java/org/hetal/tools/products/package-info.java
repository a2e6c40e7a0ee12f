/**
 * Encrypted matrix products of earlier work beside those of {@link org.hetal.linalg}, on the same
 * engine, for {@code bench products}. A is rows x features (a x b), W is classes x features (c x
 * b), R is rows x classes. The products are A W^T and R^T A. No product has this package.
 *
 * <p><b>Notation.</b> S slots; s0 = a, s1 = S / s0; B = ceil(b / s1) blocks of s0 x s1 in row-major
 * order, slot = row * s1 + column. Rotations by multiples of s1 move rows cyclically. CMult is a
 * product with a plaintext; a level is one rescaling of the operand that starts highest.
 *
 * <pre>
 * method          product  Mult       CMult               Rot                          Conj  levels
 * column-packed   A W^T    b c        0                   0                            0     1
 * column-packed   R^T A    b c        0                   b c log2 S                   0     1
 * column-major    A W^T    c B        c (B + 2)           c (B log2 s0 + 2 log2 s1)    0     4
 * row-major       R^T A    c B        c (B + 1)           c (B log2 s0 + log2 s1)      0     3
 * diag-abt        A W^T    (c/2) B    2 (c/2)             (c/2) (B + 2 log2 s1)        1     3
 * diag-atb        R^T A    (c/2) B    (c/2) (B + 1)       (c/2) (B log2 s0 + 2)        B     4
 * diag-atb-partial R^T A   (c/2) B    (c/2)(2B) - B + 1   (c/2) (B log2 s0)            B     3
 *                                                         + (c/2 - 1) (B + 1) + 2
 * </pre>
 *
 * Key switches are Rot + Conj + one relinearization for each Mult. At (2048, 769, 16) and S = 2^15
 * diag-abt has 392 Mult and 456 Rot, diag-atb 392 and 4328, as in the corrected table of HETAL.
 *
 * <p><b>Sources.</b> column-packed: Jin et al., "Secure Transfer Learning for Machine Fault
 * Diagnosis Under Different Operating Conditions", ProvSec 2020. column-major and row-major:
 * Crockett, "A Low-Depth Homomorphic Circuit for Logistic Regression Model Training", eprint
 * 2020/1483. diag-abt and diag-atb: HETAL (Lee et al., ICML 2023, arXiv 2403.14111, section 4.1).
 * All from the descriptions of their algorithms.
 *
 * <p><b>What the methods get for nothing.</b> Sums of masked ciphertexts are rescaled once. Blocks
 * are encrypted at the level of their product. Masks are encoded before the clock starts or while
 * it stands. diag-abt starts from the weights tiled down the rows, B ciphertexts; {@code ours}
 * starts from compact weights, and their expansion is part of its time; its layout is the cheapest
 * for a training in which logits do not repeat in the slots. {@code -fused} variants also use what
 * the engine offers and the papers do not name: one relinearization for each sum of products,
 * hoisted rotations, two steps of a rotate-and-sum with one decomposition.
 */
package org.hetal.tools.products;
