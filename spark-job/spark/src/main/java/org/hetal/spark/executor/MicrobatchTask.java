package org.hetal.spark.executor;

import java.io.Serializable;
import org.hetal.dataset.EncryptedDataset;

/**
 * An element of a minibatch's RDD: paths and digests of the ciphertexts of one microbatch, not
 * their bytes.
 *
 * @param index of the microbatch in its minibatch, from 0
 * @param next that of the same index of the next minibatch, read ahead; null: none
 */
record MicrobatchTask(
    int index, EncryptedDataset.Microbatch microbatch, EncryptedDataset.Microbatch next)
    implements Serializable {}
