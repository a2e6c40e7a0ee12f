package org.hetal.job;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.cluster.HetalKryoRegistrator;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.he.NativeEngine;

/** Spark as this job wants it; whatever spark-submit or a system property says wins. */
final class SparkSessions {
  private static final String GPUS_OF_A_TASK = "spark.task.resource.gpu.amount";

  private SparkSessions() {}

  /**
   * @throws org.hetal.he.DeviceUnavailableException before Spark starts, when this process is to
   *     compute on a GPU and the library for it is missing
   */
  static JavaSparkContext open(String command, Settings settings) {
    SparkConf conf = new SparkConf();
    String master = conf.get("spark.master", settings.cluster().master());
    if (master.matches("local(\\[.*)?")) {
      NativeEngine.requireLibrary(settings.deviceChoice());
      if (conf.contains(GPUS_OF_A_TASK)) {
        // Spark would wait for ever for GPUs that it never offers.
        throw new SettingsException(
            GPUS_OF_A_TASK + ": expected none with master " + master + ", which schedules no GPUs");
      }
    }
    NativeEngine.requireLibrary(settings.driverDeviceChoice());
    boolean embedded = !conf.contains("spark.master");
    if (embedded) {
      conf.setMaster(settings.cluster().master());
      conf.setIfMissing("spark.ui.enabled", "false");
      HadoopUser.require();
      // An Error in a task fails the task, and with it the command, which then says what it was;
      // Spark alone would end the process with a status of its own.
      conf.setIfMissing("spark.executor.killOnFatalError.depth", "0");
      if (settings.cluster().master().startsWith("local")) {
        // Nothing of an embedded run listens to the network.
        conf.setIfMissing("spark.driver.host", "127.0.0.1");
        conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      }
    }
    conf.setIfMissing("spark.app.name", "hetal " + command + " " + settings.runId());
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    conf.set("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    conf.set("spark.kryo.registrator", HetalKryoRegistrator.class.getName());
    // The compact weights of thousands of features are several ciphertexts of some megabytes.
    conf.setIfMissing("spark.kryoserializer.buffer.max", "1g");
    if (settings.device() == Settings.Device.CUDA) {
      // CUDA then numbers GPUs as nvidia-smi does, whose numbers the discovery script gives Spark.
      conf.setIfMissing("spark.executorEnv.CUDA_DEVICE_ORDER", "PCI_BUS_ID");
    }
    return new JavaSparkContext(conf);
  }
}
