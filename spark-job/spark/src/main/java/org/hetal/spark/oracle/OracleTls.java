package org.hetal.spark.oracle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.hetal.oracle.ClusterCredentials;

/**
 * TLS 1.3 with the validation oracle: its certificate is the only one that is trusted, and it must
 * name the host that was asked for. The cluster shows a certificate of its own.
 */
final class OracleTls {
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  private OracleTls() {}

  /**
   * @param certificate in PEM or DER
   * @param shown to the oracle
   * @throws GeneralSecurityException when the bytes are not a certificate, or when it is not valid
   *     now
   */
  static TlsSocketStrategy trusting(byte[] certificate, ClusterCredentials shown)
      throws GeneralSecurityException, IOException {
    X509Certificate trusted =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(certificate));
    // The trust manager does not check the dates of a certificate that is in its own key store.
    trusted.checkValidity();
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("oracle", trusted);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance(PROTOCOLS[0]);
    context.init(shown.keyManagers(), trust.getTrustManagers(), null);
    // The host name is checked by the HTTP client: Java's own check refuses underscores.
    return new DefaultClientTlsStrategy(
        context,
        PROTOCOLS,
        null,
        SSLBufferMode.STATIC,
        HostnameVerificationPolicy.CLIENT,
        hostnameVerifier());
  }

  /** A certificate names an IPv6 address without its zone, such as {@code %eth0}. */
  private static HostnameVerifier hostnameVerifier() {
    DefaultHostnameVerifier verifier = new DefaultHostnameVerifier();
    return (host, session) -> {
      int zone = host.indexOf('%');
      return verifier.verify(zone < 0 ? host : host.substring(0, zone), session);
    };
  }
}
