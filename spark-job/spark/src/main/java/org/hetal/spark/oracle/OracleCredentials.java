package org.hetal.spark.oracle;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;

/**
 * Certificate and token of the oracle, read again before each question: an oracle that had to make
 * new ones hands them over while a training runs. Not thread-safe.
 */
final class OracleCredentials {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  private final Path certificate;
  private final Path tokenFile;
  private byte[] clientCertificate;
  private HttpClient client;

  /**
   * @param client trusts the certificate alone
   */
  record Current(HttpClient client, String token) {}

  /** A file that is not there, or not what it should be. */
  static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean missing;

    private UnusableException(String message, boolean missing, Throwable cause) {
      super(message, cause);
      this.missing = missing;
    }

    /** Whether the oracle, once it is started, writes the file. */
    boolean isMissing() {
      return missing;
    }
  }

  OracleCredentials(Settings.Oracle oracle) {
    this.certificate = LocalPath.of("oracle.certificate", oracle.certificate());
    this.tokenFile = LocalPath.of("oracle.token-file", oracle.tokenFile());
  }

  Current read() throws UnusableException {
    byte[] bytes = read("oracle.certificate", certificate);
    String token =
        new String(read("oracle.token-file", tokenFile), StandardCharsets.US_ASCII).strip();
    if (!token.matches("[!-~]+")) {
      throw new UnusableException(
          "oracle.token-file: expected one word in " + tokenFile + ", actual something else",
          false,
          null);
    }
    if (!Arrays.equals(bytes, clientCertificate)) {
      try {
        client =
            HttpClient.newBuilder()
                .sslContext(PinnedTrust.context(bytes))
                .connectTimeout(CONNECT_LIMIT)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        clientCertificate = bytes;
      } catch (IOException | GeneralSecurityException e) {
        throw new UnusableException(
            "oracle.certificate: expected a certificate in " + certificate + ", actual " + e,
            false,
            e);
      }
    }
    return new Current(client, token);
  }

  private static byte[] read(String setting, Path file) throws UnusableException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new UnusableException(
          setting
              + ": expected a file, actual none at "
              + file
              + " (hetal oracle writes it at its start; give it to the cluster)",
          true,
          e);
    } catch (IOException e) {
      throw new UnusableException(setting + ": expected a readable file, actual " + e, false, e);
    }
  }
}
