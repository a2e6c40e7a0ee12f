/**
 * The matrix products of softmax regression on encrypted blocks laid out by {@link
 * org.hetal.packing.Layout}: logits X W^T and gradient R^T X. {@link org.hetal.linalg.Products} is
 * the entry.
 *
 * <p><b>Notation.</b> S slots, c padded classes, p = c*d the period of logits and residuals.
 * Neighbouring classes lie d slots apart, so rotate(., k*d) rotates left by k classes, cyclically.
 * A(i,B) are the features of row block i and column block B. D(B,k) are the complex diagonals of
 * the weights, 0 &lt;= k &lt; c/2, with k = g*t + j and t = {@link
 * org.hetal.packing.Layout#babySteps()}. s0 is the number of rows of a block.
 *
 * <pre>
 * expand    C* = C + i rotate(C, s0/2)                      both halves of the compact rows joined
 *           V(B,k) = row (B,k) of C* in every row           replicated in two levels of masks
 *                  = rotate(D(B,k), -j*d)                   as the compact form keeps it rotated
 * logits    T(i,B,j) = rotate(A(i,B), -j*d)                 hoisted
 *           Z(i) = sum_g rotate(relin(sum_{B,j} T(i,B,j) * V(B,g*t+j)), -g*t*d)
 *           Z = pack sums over positions of Z(i)            one level of masks, with the factor 1/2
 *           Z = sum of rotate(Z, multiples of p)            over the copies
 *           out = (Z + conj Z) + rotate(i (conj Z - Z), p/2)
 * gradient  P = R + i rotate(R, p/2);  P(i) = position i of P in every position      one level
 *           U(B,k) = relin(sum_i T(i,B,j) * rotate(P(i), g*t*d))                     k = g*t+j
 *           X = pack sums of U(B,k) into row (B,k)          two levels of masks, with factor/2
 *           out = (X + conj X) + rotate(i (conj X - X), -s0/2)
 * </pre>
 *
 * <p><b>Source.</b> HETAL (arXiv 2403.14111, section 4): products by complex-paired diagonals of
 * the smaller matrix, DiagABT and DiagATB. The differences:
 *
 * <ul>
 *   <li>Columns are the outer index and rows the inner index of the slots. Diagonals are rotated by
 *       plain cyclic rotations: there are no partial rotations (PRotUp) and no mask per diagonal.
 *       DiagABT sums the columns of every diagonal (2 log2 s1 rotations each). Here the rotation
 *       moves each class's share of a column sum to that class, and one packing of sums per group
 *       does the rest.
 *   <li>Baby steps and giant steps: features are rotated by t classes once, products are rotated
 *       c/2/t times.
 *   <li>DiagATB rotates and sums every product over s0 rows. Here one packing of sums serves all
 *       diagonals. Weights are bootstrapped and sent in compact form and expanded once per step.
 *   <li>Sums are taken before relinearizations, and sums of rotations before the division by the
 *       special primes.
 *   <li>A short last column block takes few diagonals, see {@link org.hetal.packing.Layout}.
 * </ul>
 *
 * <p>At (2048 rows, 769 features, 16 classes) and 2^15 slots: 392 multiplications and 210 rotations
 * for the logits, with expansion and rotation of the features (DiagABT: 392 and 456, from expanded
 * weights); 392 and 162 for the gradient (DiagATB: 392 and 4328). Relinearizations: 32 and 49.
 * {@code OperationCountTest} asserts these numbers.
 */
package org.hetal.linalg;
