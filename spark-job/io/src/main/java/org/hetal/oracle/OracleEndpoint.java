package org.hetal.oracle;

import java.nio.file.Path;
import java.time.Duration;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;

/**
 * Where the validation oracle listens and how the cluster trusts it. Both sides use the same
 * values: the owner's side writes certificate and token when the oracle starts, the cluster's side
 * reads them before each question.
 *
 * @param host name or address of the oracle, without scheme; an IPv6 address without brackets
 * @param port 1 to 65535; on the owner's side also 0 for any free port
 * @param certificate PEM file of the only certificate that the cluster trusts
 * @param tokenFile file of the token that the cluster sends with each question
 * @param retryTimeout how long the cluster repeats a question that is not answered; at least 1 s
 */
public record OracleEndpoint(
    String host, int port, Path certificate, Path tokenFile, Duration retryTimeout) {
  private static final int LARGEST_PORT = 65_535;
  private static final Duration RETRY_TIMEOUT = Duration.ofMinutes(2);

  /**
   * Checks the ranges.
   *
   * @param host a name or an address, without slashes and blanks
   * @param port 0 to 65535
   * @param certificate a path; the file need not exist yet
   * @param tokenFile a path; the file need not exist yet
   * @param retryTimeout at least 1 s
   * @throws SettingsException when a value is out of its range
   */
  public OracleEndpoint {
    require("host", host != null && host.matches("[^/\\s]+"), "a name or an address", host);
    require("port", port >= 0 && port <= LARGEST_PORT, "0 to " + LARGEST_PORT, port);
    require("certificate", certificate != null, "a file", certificate);
    require("token file", tokenFile != null, "a file", tokenFile);
    require(
        "retry timeout",
        retryTimeout != null && retryTimeout.toSeconds() >= 1,
        "at least 1 second",
        retryTimeout);
  }

  /**
   * The endpoint of settings.
   *
   * @param oracle the settings below {@code oracle}
   * @return the endpoint
   * @throws SettingsException when a path is not local
   */
  public static OracleEndpoint of(Settings.Oracle oracle) {
    return new OracleEndpoint(
        oracle.host(),
        oracle.port(),
        LocalPath.of("oracle.certificate", oracle.certificate()),
        LocalPath.of("oracle.token-file", oracle.tokenFile()),
        oracle.retryTimeout());
  }

  /**
   * An endpoint with a retry timeout of 2 minutes, whose files are {@code oracle.pem} and {@code
   * oracle.token}.
   *
   * @param folder with certificate and token
   * @param host name or address, without scheme
   * @param port 1 to 65535; on the owner's side also 0 for any free port
   * @return the endpoint
   * @throws SettingsException when a value is out of its range
   */
  public static OracleEndpoint in(Path folder, String host, int port) {
    return new OracleEndpoint(
        host, port, folder.resolve("oracle.pem"), folder.resolve("oracle.token"), RETRY_TIMEOUT);
  }

  /**
   * The same endpoint at another port.
   *
   * @param listening the port where an oracle listens
   * @return a copy with that port
   * @throws SettingsException for a port out of range
   */
  public OracleEndpoint at(int listening) {
    return new OracleEndpoint(host, listening, certificate, tokenFile, retryTimeout);
  }

  /**
   * The endpoint as settings.
   *
   * @param log of the owner's side
   * @param queryBudget of the owner's side, at least 1
   * @return the settings below {@code oracle}
   */
  public Settings.Oracle settings(String log, int queryBudget) {
    return new Settings.Oracle(
        host, port, certificate.toString(), tokenFile.toString(), log, queryBudget, retryTimeout);
  }

  private static void require(String what, boolean holds, String expected, Object actual) {
    if (!holds) {
      throw new SettingsException(
          "oracle " + what + ": expected " + expected + ", actual " + actual);
    }
  }
}
