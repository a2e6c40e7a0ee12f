package org.hetal.spark.job;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.Utils;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.engine.NativeEngine;
import org.hetal.spark.executor.HetalKryoRegistrator;
import org.hetal.spark.run.ClusterSecurity;

/**
 * Starts Spark with the settings of this job. Options of spark-submit and system properties win.
 */
final class SparkSessions {
  private static final String GPUS_OF_A_TASK = "spark.task.resource.gpu.amount";

  private static final String LOOPBACK = "127.0.0.1";
  private static final int JAVA_LEAST = 17;
  private static final int JAVA_MOST = 21;

  private SparkSessions() {}

  /**
   * Spark looks up the name of its machine before it reads any setting, and fails in a static
   * initializer when the name has no address, as in containers without a line of their own in
   * {@code /etc/hosts}. A run inside this process alone needs no name.
   *
   * @throws SettingsException when a cluster needs the name and it has no address
   */
  private static void requireOwnName(String master) {
    if (System.getenv("SPARK_LOCAL_IP") != null || System.getenv("SPARK_LOCAL_HOSTNAME") != null) {
      return;
    }
    try {
      InetAddress.getLocalHost();
    } catch (UnknownHostException e) {
      if (!ClusterSecurity.isOneProcess(master)) {
        throw new SettingsException(
            "host name: expected an address for this machine's own name, actual none ("
                + e.getMessage()
                + "); add the name to /etc/hosts or set SPARK_LOCAL_IP to the address",
            e);
      }
      Utils.setCustomHostname(LOOPBACK);
    }
  }

  /**
   * @throws org.hetal.he.DeviceUnavailableException before Spark starts, when this process is to
   *     compute on a GPU and the library for it is missing, or with instructions that its processor
   *     lacks
   */
  static JavaSparkContext open(String command, Settings settings) {
    requireJava(Runtime.version().feature());
    requireOwnName(System.getProperty("spark.master", settings.cluster().master()));
    SparkConf conf = new SparkConf();
    String master = conf.get("spark.master", settings.cluster().master());
    boolean isOneProcess = ClusterSecurity.isOneProcess(master);
    requireEngine(settings, isOneProcess ? settings.deviceSpec() : DeviceSpec.cpu(0));
    if (isOneProcess && conf.contains(GPUS_OF_A_TASK)) {
      // Spark would wait forever for GPUs that a local master does not offer.
      throw new SettingsException(
          GPUS_OF_A_TASK + ": expected none with master " + master + ", which schedules no GPUs");
    }
    boolean embedded = !conf.contains("spark.master");
    if (embedded) {
      conf.setMaster(settings.cluster().master());
      conf.setIfMissing("spark.ui.enabled", "false");
      HadoopUser.require();
      // An Error in a task fails the task and then the command, which reports it. By default Spark
      // would end the process with a status of its own.
      conf.setIfMissing("spark.executor.killOnFatalError.depth", "0");
      if (settings.cluster().master().startsWith("local")) {
        // An embedded run does not listen on the network.
        conf.setIfMissing("spark.driver.host", LOOPBACK);
        conf.setIfMissing("spark.driver.bindAddress", LOOPBACK);
      }
    }
    conf.setIfMissing("spark.app.name", "hetal " + command + " " + settings.runId());
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    conf.set("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    conf.set("spark.kryo.registrator", HetalKryoRegistrator.class.getName());
    conf.set("spark.kryo.registrationRequired", "true");
    // The compact weights of thousands of features are several ciphertexts of a few megabytes.
    conf.setIfMissing("spark.kryoserializer.buffer.max", "1g");
    // Reading a microbatch takes a fraction of computing it: an idle executor takes one at once
    // that another has read ahead. Spark waits by the time of the day: with 0 s, after the clock
    // was
    // set back, a stage waits until the clock shows again what it showed before.
    conf.setIfMissing("spark.locality.wait", "-1d");
    if (settings.device() == Settings.Device.CUDA) {
      // CUDA then numbers GPUs as nvidia-smi does; the discovery script prints those numbers.
      conf.setIfMissing("spark.executorEnv.CUDA_DEVICE_ORDER", "PCI_BUS_ID");
    }
    ClusterSecurity.authenticateOneProcess(conf);
    ClusterSecurity.require(conf, settings.cluster(), System.err::println);
    return context(conf);
  }

  private static JavaSparkContext context(SparkConf conf) {
    try {
      return new JavaSparkContext(conf);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) { // Scala's checked exceptions are undeclared
      if (e instanceof SparkException
          && String.valueOf(e.getMessage()).matches("(?s).*[Mm]aster URL.*")) {
        throw new SettingsException(
            "cluster.master: expected a master that this Spark has (set SPARK_HOME for yarn and"
                + " k8s), actual "
                + conf.get("spark.master")
                + ": "
                + e.getMessage(),
            e);
      }
      throw e;
    }
  }

  private static void requireEngine(Settings settings, DeviceSpec device) {
    if (settings.backend() == Settings.Backend.NATIVE) {
      NativeEngine.requireLibrary(device);
    }
  }

  /**
   * Checks the version of Java: Hadoop's Subject.getSubject throws on later versions.
   *
   * @throws SettingsException unless Spark runs on this version of Java
   */
  static void requireJava(int version) {
    if (version < JAVA_LEAST || version > JAVA_MOST) {
      throw new SettingsException(
          "Java: expected version "
              + JAVA_LEAST
              + " to "
              + JAVA_MOST
              + ", which Spark runs on, actual "
              + version
              + " in "
              + System.getProperty("java.home")
              + "; set JAVA_HOME to another");
    }
  }
}
