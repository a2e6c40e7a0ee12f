package org.hetal.spark.run;

import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;

/**
 * Requires that Spark authenticates and encrypts what goes between driver and executors. Spark's
 * remote calls deserialize Java objects: whoever may call the driver can run code in it, and the
 * driver holds the oracle's token. See docs/security.md.
 */
public final class ClusterSecurity {
  private static final String AUTHENTICATE = "spark.authenticate";
  private static final String CRYPTO = "spark.network.crypto.enabled";
  private static final String TLS = "spark.ssl.rpc.enabled";
  private static final String ALLOW = "cluster.allow-unauthenticated";

  private ClusterSecurity() {}

  /**
   * Whether a master is inside one process, without executors elsewhere. {@code local-cluster}
   * starts processes and is a cluster.
   *
   * @param master of Spark: {@code local} or {@code local[...]}
   */
  public static boolean isOneProcess(String master) {
    return master.matches("local(\\[.*)?");
  }

  /**
   * Spark inside one process listens on ports, too: switches authentication on, with a random
   * secret that Spark makes. Other masters are left as they are.
   *
   * @param conf with the master
   */
  public static void authenticateOneProcess(SparkConf conf) {
    if (isOneProcess(conf.get("spark.master"))) {
      conf.set(AUTHENTICATE, "true");
    }
  }

  /**
   * Accepts every master of one process: no executor calls its driver.
   *
   * @param conf with the master
   * @param warnings receives one line when the settings allow a cluster without authentication
   * @throws SettingsException when authentication or encryption is off on a cluster
   */
  public static void require(SparkConf conf, Settings.Cluster cluster, Consumer<String> warnings) {
    String master = conf.get("spark.master");
    if (isOneProcess(master)) {
      return;
    }
    String missing = missing(conf);
    if (missing.isEmpty()) {
      return;
    }
    if (!cluster.allowUnauthenticated()) {
      throw new SettingsException(
          "Spark on "
              + master
              + ": expected "
              + AUTHENTICATE
              + "=true and "
              + CRYPTO
              + "=true (or "
              + TLS
              + "=true), actual "
              + missing
              + "; docs/security.md has the settings for each kind of cluster, and "
              + ALLOW
              + " = true (in a program: setAllowUnauthenticated(true)) goes on without them");
    }
    warnings.accept(
        "hetal: warning: Spark on "
            + master
            + " runs with "
            + missing
            + ", as "
            + ALLOW
            + " = true: whoever reaches the driver's port can take its place");
  }

  /** The settings that are off, with their values; empty when none is. */
  private static String missing(SparkConf conf) {
    if (!conf.getBoolean(AUTHENTICATE, false)) {
      return AUTHENTICATE + "=false";
    }
    if (!conf.getBoolean(CRYPTO, false) && !conf.getBoolean(TLS, false)) {
      return CRYPTO + "=false and " + TLS + "=false";
    }
    return "";
  }
}
