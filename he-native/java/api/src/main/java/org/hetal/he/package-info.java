/**
 * Arithmetic on CKKS ciphertexts, whatever computes: {@link org.hetal.he.Evaluator} is the
 * interface, {@link org.hetal.he.EvaluatorBackend} opens an implementation by name, and {@link
 * org.hetal.he.Scope} closes the ciphertexts that a computation makes. {@link
 * org.hetal.he.Parameters} describes a parameter set, {@link org.hetal.he.KeyPlan} the evaluation
 * keys that a computation needs.
 *
 * <p>Nothing here can make keys, encrypt or decrypt; that is the package {@code
 * org.hetal.he.owner}, on the data owner's machine only. {@link org.hetal.he.CheckedEvaluator} and
 * the abstract handles are for those who write a backend.
 *
 * <p>The scheme is CKKS (Cheon, Kim, Kim, Song, ASIACRYPT 2017) in the RNS variant (Cheon, Han,
 * Kim, Kim, Song, SAC 2018) with hybrid key switching (Han, Ki, CT-RSA 2020).
 */
package org.hetal.he;
