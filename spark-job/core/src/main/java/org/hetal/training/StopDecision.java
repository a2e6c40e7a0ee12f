package org.hetal.training;

import java.io.Serializable;

/**
 * The validation oracle's answer after an epoch: all that the cluster ever learns about the loss.
 *
 * @param stop whether training ends with this epoch
 * @param best whether the weights of this epoch have the lowest validation loss so far
 * @param reason one line without figures of the loss; empty when there is nothing to say
 * @serial exclude
 */
public record StopDecision(boolean stop, boolean best, String reason) implements Serializable {}
