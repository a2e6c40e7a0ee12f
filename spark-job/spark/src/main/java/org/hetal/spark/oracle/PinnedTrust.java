package org.hetal.spark.oracle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.hetal.format.Digests;

/**
 * Trusts one certificate, byte for byte, and no authority: the validation oracle is whoever owns
 * the certificate that was handed over, whatever host it answers from.
 */
final class PinnedTrust extends X509ExtendedTrustManager {
  private final X509Certificate pinned;

  private PinnedTrust(X509Certificate pinned) {
    this.pinned = pinned;
  }

  /**
   * @param certificate in PEM or DER
   */
  static SSLContext context(byte[] certificate) throws IOException, GeneralSecurityException {
    try (InputStream in = new ByteArrayInputStream(certificate)) {
      X509Certificate pinned =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, new TrustManager[] {new PinnedTrust(pinned)}, null);
      return context;
    }
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    if (chain.length == 0 || !Arrays.equals(chain[0].getEncoded(), pinned.getEncoded())) {
      throw new CertificateException(
          "SHA-256: expected "
              + Digests.sha256(pinned.getEncoded())
              + ", actual "
              + (chain.length == 0 ? "none" : Digests.sha256(chain[0].getEncoded())));
    }
    pinned.checkValidity();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("this side accepts no clients");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("this side accepts no clients");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("this side accepts no clients");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
