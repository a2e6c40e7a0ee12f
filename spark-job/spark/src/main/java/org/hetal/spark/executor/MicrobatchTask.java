package org.hetal.spark.executor;

import java.io.Serializable;
import org.hetal.dataset.EncryptedDataset;

/**
 * An element of a minibatch's RDD: names and digests of the ciphertexts of one microbatch, not
 * their bytes.
 *
 * @param index of the microbatch in its minibatch
 */
record MicrobatchTask(int index, EncryptedDataset.Microbatch microbatch) implements Serializable {}
