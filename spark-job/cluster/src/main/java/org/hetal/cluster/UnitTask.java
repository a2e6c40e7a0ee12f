package org.hetal.cluster;

import java.io.Serializable;
import org.hetal.dataset.EncryptedDataset;

/**
 * An element of a minibatch's RDD: names and digests of the ciphertexts of one unit, not their
 * bytes.
 *
 * @param index of the unit in its minibatch
 */
record UnitTask(int index, EncryptedDataset.Unit unit) implements Serializable {}
