package org.hetal.training;

/**
 * Nesterov's momentum by the sequence l_1 = 1, l_{t+1} = (1 + sqrt(1 + 4 l_t^2)) / 2 (Beck and
 * Teboulle's FISTA; HETAL, arXiv 2403.14111, section 3). Step t takes W_{t+1} = V_t - alpha
 * grad(V_t) and V_{t+1} = (1 - g_t) W_{t+1} + g_t W_t with g_t = (1 - l_t) / l_{t+1}, which is 0 at
 * first and tends to -1.
 */
public final class Momentum {
  /** l_1. */
  public static final double START = 1;

  private Momentum() {}

  /**
   * The next number of the sequence.
   *
   * @param lambda l_t, at least 1
   * @return l_{t+1}
   */
  public static double next(double lambda) {
    return (1 + Math.sqrt(1 + 4 * lambda * lambda)) / 2;
  }

  /**
   * The share of the previous weights in the look-ahead point.
   *
   * @param lambda l_t, at least 1
   * @return g_t, 0 to -1
   */
  public static double previousShare(double lambda) {
    return (1 - lambda) / next(lambda);
  }
}
