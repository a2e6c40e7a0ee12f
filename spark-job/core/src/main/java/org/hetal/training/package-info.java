/**
 * Training a softmax classifier on ciphertexts: minibatches, levels and their placement, the
 * gradient of a microbatch of rows, the Nesterov update with its refresh, early stopping,
 * checkpoints; and the same training in the clear to compare with. Nothing here holds a secret key.
 *
 * <p>A user of the API meets {@link org.hetal.training.TrainingListener}, which is told about
 * progress, {@link org.hetal.training.EpochMetrics}, which the oracle finds out about an epoch, and
 * {@link org.hetal.training.PlainTrainer}, which trains in the clear. The other types are internal.
 *
 * <p><b>Range.</b> With k squarings the softmax takes logits up to 2 * 2^k, and the state is
 * carried as W / 2^k, of which a bootstrap carries up to 2: both bounds are 2 * 2^k on the true
 * values. The owner scales features by one factor, so that no row's norm exceeds 1, and appends a
 * constant bias b of at most 1; a row's norm is then at most sqrt(1 + b^2) and |logit| of a class
 * at most sqrt(1 + b^2) * |w|. That bounds nothing by itself, since weights grow with training.
 * What guards the range is {@link org.hetal.training.EarlyStopping}, once an epoch, at 60 % of it;
 * what chooses k is a run of {@link org.hetal.training.PlainTrainer} on data the owner may look at,
 * which reports the largest logit and weight: take a k with a factor of two to spare. Rows must not
 * all be much shorter than 1, or weights reach their bound while logits are still small. Centre the
 * features first where their mean is far from zero: the mean direction otherwise dominates the
 * curvature and forbids the learning rates that a short training needs.
 */
package org.hetal.training;
