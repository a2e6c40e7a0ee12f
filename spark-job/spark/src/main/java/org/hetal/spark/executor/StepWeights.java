package org.hetal.spark.executor;

import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/**
 * The weights of a step as the tasks get them.
 *
 * @param id unique over steps, kinds of steps and runs in one JVM
 * @param weights compact form, serialised
 * @param factor of the gradient; unused for logits
 */
record StepWeights(String id, Broadcast<byte[][]> weights, double factor) implements Serializable {}
