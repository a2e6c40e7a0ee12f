package org.hetal.spark.job;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.net.ScriptBasedMapping;
import org.apache.hadoop.net.StaticMapping;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * A program: NameNode, DataNode, ResourceManager and NodeManager, each with its ports, until its
 * standard input ends. Writes {@code conf/core-site.xml} and {@code conf/yarn-site.xml} into the
 * folder that it runs in, then the file {@code ready}.
 */
final class HadoopServers {
  private HadoopServers() {}

  public static void main(String[] arguments) throws Exception {
    // Hadoop's name node looks for its files by names in the digits of the locale.
    Locale.setDefault(Locale.ROOT);
    Path folder = Path.of("").toAbsolutePath();
    Configuration hdfs = new Configuration();
    hdfs.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
    MiniDFSCluster dfs = new MiniDFSCluster.Builder(hdfs).numDataNodes(1).build();
    dfs.waitActive();
    YarnConfiguration conf = new YarnConfiguration(hdfs);
    String files = "hdfs://localhost:" + dfs.getNameNodePort();
    conf.set("fs.defaultFS", files);
    conf.set("yarn.scheduler.capacity.root.queues", "default");
    conf.set("yarn.scheduler.capacity.root.default.capacity", "100");
    conf.set("yarn.scheduler.capacity.maximum-am-resource-percent", "0.9");
    conf.set("yarn.scheduler.minimum-allocation-mb", "256");
    conf.set("yarn.nodemanager.vmem-check-enabled", "false");
    conf.set(
        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99.0");
    MiniYARNCluster yarn = new MiniYARNCluster("servers", 1, 1, 1);
    yarn.init(conf);
    yarn.start();
    yarn.waitForNodeManagersToConnect(60_000);
    Configuration core = new Configuration(false);
    core.set("fs.defaultFS", files);
    write(core, folder.resolve("conf/core-site.xml"));
    Configuration site = new Configuration(yarn.getConfig());
    // A class of the tests, which a client lacks.
    site.set(
        "net.topology.node.switch.mapping.impl",
        site.get("net.topology.node.switch.mapping.impl", "")
            .replace(StaticMapping.class.getName(), ScriptBasedMapping.class.getName()));
    write(site, folder.resolve("conf/yarn-site.xml"));
    Files.writeString(folder.resolve("ready"), files, StandardCharsets.UTF_8);
    while (System.in.read() >= 0) {
      // Until the test ends.
    }
    yarn.stop();
    dfs.shutdown();
    Runtime.getRuntime().halt(0);
  }

  private static void write(Configuration conf, Path file) throws Exception {
    Files.createDirectories(file.getParent());
    try (OutputStream out = Files.newOutputStream(file)) {
      conf.writeXml(out);
    }
  }
}
