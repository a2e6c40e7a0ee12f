package org.hetal.oracle;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * What the cluster shows to the validation oracle: a client certificate, whose key it has, in the
 * TLS handshake, and a token in each request. The oracle writes all three into the file {@code
 * oracle.token-file}: the token on the first line, then certificate and private key in PEM. The key
 * is of this certificate alone; nothing can be decrypted with it.
 *
 * @param token one word of printable ASCII characters
 * @param certificate with an elliptic-curve key
 * @param key of the certificate
 */
public record ClusterCredentials(String token, X509Certificate certificate, PrivateKey key) {
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PRIVATE_KEY = "PRIVATE KEY";
  private static final int LINE = 64;

  /** {@return the content of the file, ASCII} */
  public byte[] encode() {
    try {
      String text =
          token
              + "\n"
              + pem(CERTIFICATE, certificate.getEncoded())
              + pem(PRIVATE_KEY, key.getEncoded());
      return text.getBytes(StandardCharsets.US_ASCII);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("encoding a certificate", e);
    }
  }

  /**
   * Reads the content of the file.
   *
   * @param content bytes of the file
   * @return the credentials
   * @throws IllegalArgumentException when a part is missing or damaged; the message names the part
   *     and holds nothing of the content
   */
  public static ClusterCredentials decode(byte[] content) {
    String text = new String(content, StandardCharsets.US_ASCII);
    String token = text.lines().findFirst().orElse("").strip();
    require(token.matches("[!-~]+"), "one word on the first line", "something else");
    try {
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(part(text, CERTIFICATE)));
      PrivateKey key =
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(part(text, PRIVATE_KEY)));
      return new ClusterCredentials(token, certificate, key);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "expected token, client certificate and its private key, actual a damaged file");
    }
  }

  /**
   * Key managers that show the certificate in a TLS handshake.
   *
   * @return for {@link javax.net.ssl.SSLContext#init}
   * @throws GeneralSecurityException when key and certificate are not of one another
   */
  public KeyManager[] keyManagers() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("cluster", key, new char[0], new Certificate[] {certificate});
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(store, new char[0]);
      return managers.getKeyManagers();
    } catch (java.io.IOException e) {
      throw new IllegalStateException("an empty key store reads no file", e);
    }
  }

  private static String pem(String type, byte[] content) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content)
        + "\n-----END "
        + type
        + "-----\n";
  }

  private static byte[] part(String text, String type) {
    Matcher found =
        Pattern.compile(
                "-----BEGIN " + type + "-----([A-Za-z0-9+/=\\s]+)-----END " + type + "-----")
            .matcher(text);
    require(found.find(), "a part " + type, "none; it is of another release or damaged");
    return Base64.getMimeDecoder().decode(found.group(1));
  }

  private static void require(boolean holds, String expected, String actual) {
    if (!holds) {
      throw new IllegalArgumentException("expected " + expected + ", actual " + actual);
    }
  }

  /** {@return nothing of the token or the key} */
  @Override
  public String toString() {
    return "credentials of the cluster";
  }
}
