/**
 * The data owner's side as calls: {@link org.hetal.owner.DataOwner} makes keys, encrypts, answers
 * the cluster and decrypts; {@link org.hetal.owner.EncryptedTraining} runs a whole training in one
 * process. The owner's commands are a thin layer over these calls.
 *
 * <p>The cluster's side is the package {@code org.hetal.spark.ml} of the artifact {@code
 * hetal-spark}, which must not see this package.
 *
 * <p>{@code EncryptedTraining} is in this artifact because an evaluator of every backend is on its
 * class path already, while the secret key that the run needs may not be on the cluster's.
 */
package org.hetal.owner;
