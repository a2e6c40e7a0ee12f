package org.hetal.training;

import java.io.Serializable;

/**
 * The key holder's answer after an epoch: all that the cluster ever learns about the loss.
 *
 * @param decision go on or stop
 * @param best whether the judged weights are the best so far
 * @param reason one line without figures of the loss; empty when there is nothing to say
 */
public record Verdict(Decision decision, boolean best, String reason) implements Serializable {
  public enum Decision {
    CONTINUE,
    STOP
  }

  public boolean stops() {
    return decision == Decision.STOP;
  }
}
