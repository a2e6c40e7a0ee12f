package org.hetal.spark.executor;

import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/**
 * The weights of a step as tasks receive them.
 *
 * @param id unique over steps, kinds of steps and runs in one JVM
 * @param weights serialized ciphertexts in compact form
 * @param factor of the gradient; unused for logits
 */
record StepWeights(String id, Broadcast<byte[][]> weights, double factor) implements Serializable {}
