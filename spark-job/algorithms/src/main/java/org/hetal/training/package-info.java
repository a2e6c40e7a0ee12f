/**
 * Training a softmax classifier on ciphertexts: minibatches, levels and their placement, the
 * gradient of a unit of rows, the Nesterov update with its refresh, early stopping, checkpoints;
 * and the same training in the clear to compare with. Nothing here holds a secret key.
 */
package org.hetal.training;
