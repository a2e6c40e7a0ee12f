package org.hetal.spark.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.util.Timeout;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.oracle.ClusterCredentials;

/**
 * Certificate of the oracle and what the cluster shows to it. Both files are read before each
 * question, since an oracle that is renewed while a training runs gets new ones. Not thread-safe.
 */
final class OracleCredentials {
  private static final Timeout CONNECT_LIMIT = Timeout.ofSeconds(10);

  private final Path certificate;
  private final Path tokenFile;
  private byte[] clientCertificate;
  private byte[] clientShows;
  private CloseableHttpClient client;

  /**
   * @param client trusts the certificate alone and shows the cluster's own
   */
  record Current(CloseableHttpClient client, String token) {}

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
    byte[] shows = read("oracle.token-file", tokenFile);
    ClusterCredentials credentials;
    try {
      credentials = ClusterCredentials.decode(shows);
    } catch (IllegalArgumentException e) {
      throw new UnusableException(
          "oracle.token-file "
              + tokenFile
              + ": "
              + e.getMessage()
              + "; give the cluster the file that hetal oracle wrote",
          false,
          e);
    }
    if (!Arrays.equals(bytes, clientCertificate) || !Arrays.equals(shows, clientShows)) {
      try {
        client = newClient(OracleTls.trusting(bytes, credentials));
        clientCertificate = bytes;
        clientShows = shows;
      } catch (IOException | GeneralSecurityException e) {
        throw new UnusableException(
            "oracle.certificate: expected a certificate that is valid now in "
                + certificate
                + ", actual "
                + e,
            false,
            e);
      }
    }
    return new Current(client, credentials.token());
  }

  /** Every question has a connection of its own, since an epoch may take hours. */
  private static CloseableHttpClient newClient(TlsSocketStrategy tls) {
    return HttpClients.custom()
        .setConnectionManager(
            PoolingHttpClientConnectionManagerBuilder.create()
                .setTlsSocketStrategy(tls)
                .setDefaultConnectionConfig(
                    ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT_LIMIT)
                        .setSocketTimeout(CONNECT_LIMIT)
                        .build())
                .build())
        .setConnectionReuseStrategy((request, response, context) -> false)
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        .disableContentCompression()
        .build();
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
