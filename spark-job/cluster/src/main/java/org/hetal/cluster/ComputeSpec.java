package org.hetal.cluster;

import java.io.Serializable;
import org.hetal.training.TrainingPlan;

/**
 * What an executor needs to work on a data set: travels with every task, a few kilobytes, no keys
 * and no ciphertexts.
 *
 * @param id unique to this run of the job, so that what an executor keeps belongs to it alone
 * @param dataset path or URI of the encrypted data set
 * @param cacheBytes of ciphertexts that an executor keeps in memory between steps
 */
record ComputeSpec(String id, EngineSpec engine, TrainingPlan plan, String dataset, long cacheBytes)
    implements Serializable {}
