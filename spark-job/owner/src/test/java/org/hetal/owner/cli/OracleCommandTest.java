package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.hetal.oracle.ClusterCredentials;
import org.hetal.oracle.ValidationRequest;
import org.hetal.owner.oracle.OracleLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The oracle as a process of its own, killed and started again. */
@Tag("slow")
@Timeout(120)
class OracleCommandTest {
  private static final int QUESTION_BYTES = 48 << 20;

  @TempDir Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final List<String> javaOptions = new ArrayList<>();
  private Path conf;

  @BeforeEach
  void encrypt() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      rows.append(i % 7).append(',').append(3 * (i % 3)).append(',').append(i % 3).append('\n');
    }
    Files.writeString(folder.resolve("rows.csv"), rows);
    conf = folder.resolve("test.conf");
    Files.writeString(
        conf,
        """
        hetal {
          run-id = first
          backend = simulator
          parameters = insecure_simulator_n8_l12
          data { train.features = "F/rows.csv", classes = 3 }
          training { batch-rows = 20, epochs = 2, logit-range = 32, learning-rate = 2 }
          paths {
            secret-key = "F/owner/secret.key", private = "F/owner", plan = "F/cluster/plan.json", model = "F/owner/model"
            key-bundle = "F/cluster/keys", dataset = "F/cluster/dataset", run = "F/cluster/run"
          }
          oracle {
            port = 0, log = "F/owner/oracle.jsonl"
            certificate = "F/cluster/oracle.pem", token-file = "F/cluster/oracle.token"
          }
        }
        """
            .replace("F/", folder + "/"));
    for (String command : new String[] {"keygen", "encrypt"}) {
      CommandRun run = CommandRun.of(command, "-c", conf.toString());
      assertEquals(0, run.status(), run.output());
    }
  }

  @AfterEach
  void end() throws Exception {
    for (Process process : processes) {
      process.destroyForcibly();
      process.waitFor(60, TimeUnit.SECONDS);
    }
  }

  private Path log(int number) {
    return folder.resolve("oracle-" + number + ".log");
  }

  private String said(int number) {
    try {
      return Files.readString(log(number));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private Process start(String... more) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(HetalOwner.class.getName(), "oracle", "--quiet", "-c", conf.toString()));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log(processes.size()).toFile())
            .start();
    processes.add(process);
    return process;
  }

  private Process listening(String... more) throws Exception {
    int number = processes.size();
    Process process = start(more);
    while (!said(number).contains("listening on")) {
      assertTrue(process.isAlive(), () -> said(number));
      Thread.sleep(50);
    }
    return process;
  }

  private void ends(int status, String message, String... more) throws Exception {
    int number = processes.size();
    Process process = start(more);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "still running: " + said(number));
    assertEquals(status, process.exitValue(), () -> said(number));
    assertTrue(said(number).contains(message), () -> said(number));
    assertFalse(said(number).contains("\tat "), () -> said(number));
  }

  @Test
  void oracleThatIsKilledAndStartedAgain_isTheSameToTheCluster() throws Exception {
    Process first = listening();
    String certificate = Files.readString(folder.resolve("cluster/oracle.pem"));
    String token = Files.readString(folder.resolve("cluster/oracle.token"));
    first.destroyForcibly().waitFor();
    listening();
    assertEquals(certificate, Files.readString(folder.resolve("cluster/oracle.pem")));
    assertEquals(token, Files.readString(folder.resolve("cluster/oracle.token")));
  }

  @Test
  void secondOracleOnTheSameLog_ends73_andTheFirstGoesOn() throws Exception {
    Process first = listening();
    ends(73, "expected no other oracle on it, actual process " + first.pid());
    assertTrue(first.isAlive());
    first.destroy();
    first.waitFor();
    listening();
  }

  @Test
  void logOfAnotherRun_ends78WithTheFileToMove() throws Exception {
    OracleLog.Entry entry =
        new OracleLog.Entry("t", "other", "ab", "", 1, "d".repeat(64), 1, 1, 1, 0, false, true, "");
    String line = new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(entry);
    Path file = folder.resolve("owner/oracle.jsonl");
    Files.writeString(file, line + "\n");
    ends(78, file + ": run-id: expected answers for first, actual for other; move the file away");
    Files.writeString(file, "no answer\n" + line + "\n");
    ends(65, file + " line 1: expected an answer of the oracle");
    Files.writeString(file, line.substring(0, 40));
    listening();
    assertTrue(said(processes.size() - 1).contains("line 1: was cut after 40 bytes"));
  }

  @Test
  void addressThatIsNotThisMachines_ends78() throws Exception {
    ends(78, "oracle.host, oracle.port", "--set", "oracle.host=192.0.2.1");
    ends(78, "oracle.host: expected a host name", "--set", "oracle.host=https://localhost");
  }

  /** A question within the limits for which the heap has no room. */
  @Test
  void connectionThatMeetsAnError_endsTheOracleWithItsExitCode() throws Exception {
    javaOptions.add("-Xmx40m");
    Process oracle = listening();
    Matcher port = Pattern.compile("listening on https://localhost:(\\d+)").matcher(said(0));
    assertTrue(port.find(), () -> said(0));
    try (Socket socket = connect(Integer.parseInt(port.group(1)))) {
      String header =
          String.format(
              Locale.ROOT,
              "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                  + "Content-Length: %d\r\n\r\n",
              ValidationRequest.PATH,
              credentials().token(),
              QUESTION_BYTES);
      socket.getOutputStream().write(header.getBytes(StandardCharsets.US_ASCII));
      send(socket, QUESTION_BYTES);
      assertTrue(oracle.waitFor(60, TimeUnit.SECONDS), () -> "still running: " + said(0));
    }
    assertEquals(78, oracle.exitValue(), () -> said(0));
    assertTrue(said(0).contains("ends: java.lang.OutOfMemoryError: Java heap space"), said(0));
    assertTrue(said(0).contains("hetal oracle: Java's memory is too small"), said(0));
    javaOptions.clear();
    listening();
  }

  /** Until the other side has ended. */
  private static void send(Socket socket, int bytes) {
    byte[] part = new byte[1 << 16];
    try {
      for (int sent = 0; sent < bytes - part.length; sent += part.length) {
        socket.getOutputStream().write(part);
      }
    } catch (IOException e) {
      // It has ended.
    }
  }

  private ClusterCredentials credentials() throws Exception {
    return ClusterCredentials.decode(Files.readAllBytes(folder.resolve("cluster/oracle.token")));
  }

  private Socket connect(int port) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null);
    try (InputStream pem = Files.newInputStream(folder.resolve("cluster/oracle.pem"))) {
      trusted.setCertificateEntry(
          "oracle", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(credentials().keyManagers(), trust.getTrustManagers(), null);
    return context.getSocketFactory().createSocket("localhost", port);
  }
}
