package org.hetal.oracle;

/**
 * The cluster's request before its first step, as JSON: asks whether an oracle listens and whether
 * it will answer this run. It costs no answer of the budget. Refusals are those of {@link
 * ValidationAnswer}.
 *
 * @param run the training
 * @param groups number of ciphertexts in each {@link ValidationRequest}
 * @param epochsAnswered epochs whose answer the run has; 0 for a new run
 */
public record Greeting(RunIdentity run, int groups, int epochsAnswered) {
  /** Where to POST it. */
  public static final String PATH = "/v4/greet";

  /** Its content type, and that of every answer. */
  public static final String CONTENT_TYPE = "application/json";

  /** The greatest length in bytes. */
  public static final int MAX_BYTES = 4096;

  /**
   * The reply to a greeting that the oracle accepts, JSON with status 200.
   *
   * @param answersThisRun always true: the reply carries no figure
   */
  public record Welcome(boolean answersThisRun) {
    /** {@return the reply as JSON in UTF-8} */
    public byte[] encode() {
      return Messages.encode(this);
    }

    /**
     * Reads a reply.
     *
     * @param json the body
     * @return the reply
     * @throws IllegalArgumentException when the bytes are no reply to a greeting
     */
    public static Welcome decode(byte[] json) {
      return Messages.decode(json, Welcome.class, "oracle: expected a reply with answersThisRun");
    }
  }

  /** {@return the request as JSON in UTF-8} */
  public byte[] encode() {
    return Messages.encode(this);
  }

  /**
   * Reads a request.
   *
   * @param json the body
   * @return the request
   * @throws IllegalArgumentException when the bytes are not a greeting; the message says why
   */
  public static Greeting decode(byte[] json) {
    Greeting greeting =
        Messages.decode(
            json,
            Greeting.class,
            "request: expected JSON with run (runId, keyId, dataset, plan), groups,"
                + " epochsAnswered");
    if (greeting.groups() < 1 || greeting.epochsAnswered() < 0) {
      throw new IllegalArgumentException(
          "request: expected at least 1 group and 0 epochs, actual "
              + greeting.groups()
              + " and "
              + greeting.epochsAnswered());
    }
    return greeting;
  }
}
