/**
 * Softmax of encrypted logits. {@link org.hetal.softmax.Softmax} is the one that training uses.
 * {@link org.hetal.softmax.SoftmaxPlan} says where it bootstraps.
 *
 * <p>The chain for k squarings; relin. are relinearizations, sums are sums over the classes (six
 * rotations of two decompositions for 16 classes, four of two for 8):
 *
 * <pre>
 * stage                                        levels  relin.  sums
 * exponential   v to a multiple of e^u              3       3     0
 *               from u                              4       3     0
 * normalize     y (a - b s1)                        1       1     1
 * square, k - 1 times, 2 to 16 classes              3       4     2
 *               the short form, 2 to 4 classes      2       2     1
 *               17 to 64 classes, n = 2^m       m + 1      2m     1
 * last square   y^2 g(s2), n = 8                    4       6     1
 *               n = 16 (k = 6: from 14 classes)     5       8     1
 * </pre>
 *
 * u = x / 2^k are the scaled logits, v is kappa u. The products compute v without a level ({@link
 * org.hetal.softmax.SoftmaxPlan#logitFactor} is kappa). Where logits have to be bootstrapped before
 * the exponential or are used for something else, they are u.
 *
 * <p>For 5 to 13 classes and k = 6 these are 23 levels. With 12 levels between bootstraps, two
 * bootstraps suffice for logits that are 4 or more levels above the input level of a bootstrap;
 * otherwise three are needed.
 */
package org.hetal.softmax;
