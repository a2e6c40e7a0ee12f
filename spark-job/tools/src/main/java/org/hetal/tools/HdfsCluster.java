package org.hetal.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.hetal.dataset.Storage;

/** HDFS on loopback: one namenode and one datanode, each a process, from Hadoop's own programs. */
final class HdfsCluster {
  private static final Pattern NAMENODE = Pattern.compile("(RPC up at)");
  private static final Pattern DATANODE = Pattern.compile("(successfully registered with NN)");
  private static final String SERVER = "org.apache.hadoop.hdfs.server.";

  private final LoggedProcesses processes;
  private final Path folder;
  private final Path jars;
  private final int rpc = Parties.freePort();
  private final int http = Parties.freePort();
  private Process datanode;
  private int started;

  /**
   * Formats and starts it.
   *
   * @param folder gets logs and data
   * @param jars of Hadoop's client and minicluster
   */
  HdfsCluster(LoggedProcesses processes, Path folder, Path jars) {
    this.processes = processes;
    this.folder = folder.toAbsolutePath();
    this.jars = jars.toAbsolutePath();
    try {
      Files.createDirectories(this.folder.resolve("conf"));
      writeConfiguration();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    processes.run(
        java(SERVER + "namenode.NameNode", "-format", "-nonInteractive"),
        Map.of(),
        this.folder.resolve("format.log"));
    Path log = this.folder.resolve("namenode.log");
    LoggedProcesses.await(
        processes.start(java(SERVER + "namenode.NameNode"), Map.of(), log), NAMENODE, log);
    startDatanode();
  }

  /** The folder of Hadoop's jars in a tree; {@code dev/clusters_test.sh} fetches them. */
  static Path jarsOf(Path home) {
    return home.resolve(".hetal/clusters/hadoop");
  }

  private void writeConfiguration() throws IOException {
    Map<String, String> core = Map.of("fs.defaultFS", uri());
    Map<String, String> hdfs = new TreeMap<>();
    hdfs.put("dfs.replication", "1");
    hdfs.put("dfs.namenode.name.dir", folder.resolve("name").toUri().toString());
    hdfs.put("dfs.namenode.http-address", "127.0.0.1:" + http);
    hdfs.put("dfs.namenode.safemode.extension", "0");
    hdfs.put("dfs.datanode.data.dir", folder.resolve("data").toUri().toString());
    hdfs.put("dfs.datanode.hostname", "127.0.0.1");
    hdfs.put("dfs.datanode.address", "127.0.0.1:0");
    hdfs.put("dfs.datanode.http.address", "127.0.0.1:0");
    hdfs.put("dfs.datanode.ipc.address", "127.0.0.1:0");
    write("core-site.xml", xml(core));
    write("hdfs-site.xml", xml(hdfs));
    write(
        "log4j.properties",
        "log4j.rootLogger=INFO, out\n"
            + "log4j.appender.out=org.apache.log4j.ConsoleAppender\n"
            + "log4j.appender.out.layout=org.apache.log4j.PatternLayout\n"
            + "log4j.appender.out.layout.ConversionPattern=%d %p %c: %m%n\n");
  }

  private static String xml(Map<String, String> properties) {
    StringBuilder out = new StringBuilder("<configuration>\n");
    properties.forEach(
        (name, value) ->
            out.append("<property><name>")
                .append(name)
                .append("</name><value>")
                .append(value)
                .append("</value></property>\n"));
    return out.append("</configuration>\n").toString();
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve("conf").resolve(name), text, StandardCharsets.UTF_8);
  }

  private List<String> java(String main, String... words) {
    List<String> out = new ArrayList<>();
    out.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    out.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    out.add(folder.resolve("conf") + ":" + jars.resolve("*"));
    out.add(main);
    out.addAll(List.of(words));
    return out;
  }

  /** Of a folder without the last slash. */
  String uri() {
    return "hdfs://127.0.0.1:" + rpc;
  }

  /** Copies folders of this machine into the root folder. */
  void put(Path... folders) {
    List<String> words = new ArrayList<>(List.of("-put"));
    for (Path each : folders) {
      words.add(each.toString());
    }
    words.add("/");
    processes.run(
        java("org.apache.hadoop.fs.FsShell", words.toArray(String[]::new)),
        Map.of(),
        folder.resolve("put.log"));
  }

  /** A folder, for reading. */
  Storage folder(String path) {
    return new WebHdfs("127.0.0.1", http, path);
  }

  Process datanode() {
    return datanode;
  }

  /** Starts the datanode and waits until the namenode knows it. */
  void startDatanode() {
    started++;
    Path log = folder.resolve("datanode-" + started + ".log");
    datanode = processes.start(java(SERVER + "datanode.DataNode"), Map.of(), log);
    LoggedProcesses.await(datanode, DATANODE, log);
  }
}
