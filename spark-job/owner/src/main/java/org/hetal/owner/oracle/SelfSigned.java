package org.hetal.owner.oracle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate that is signed by its own key, of the curve P-256. The other side trusts it alone.
 *
 * @param key of the certificate
 */
record SelfSigned(X509Certificate certificate, PrivateKey key) {
  private static final String SIGNATURE = "SHA256withECDSA";
  private static final int SERIAL_BITS = 128;

  /**
   * @param host that it names; empty: of a client
   */
  static SelfSigned create(
      String commonName, Optional<GeneralNames> host, Instant from, Instant to) {
    SecureRandom random = new SecureRandom();
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = generator.generateKeyPair();
      X500Name name = new X500Name("CN=" + commonName);
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              new BigInteger(SERIAL_BITS, random),
              Date.from(from),
              Date.from(to),
              name,
              pair.getPublic());
      if (host.isPresent()) {
        builder.addExtension(Extension.subjectAlternativeName, false, host.get());
      }
      return new SelfSigned(
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(new JcaContentSignerBuilder(SIGNATURE).build(pair.getPrivate()))),
          pair.getPrivate());
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("making a certificate of " + commonName, e);
    }
  }

  /**
   * @param certificate DER; null: refused
   * @param key PKCS #8; null: refused
   * @throws GeneralSecurityException when they are none, or not of one another
   */
  static SelfSigned of(byte[] certificate, byte[] key) throws GeneralSecurityException {
    if (certificate == null || key == null) {
      throw new GeneralSecurityException("a certificate or a key is missing");
    }
    SelfSigned read =
        new SelfSigned(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificate)),
            KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)));
    if (!read.belongTogether()) {
      throw new GeneralSecurityException("the key is of another certificate");
    }
    return read;
  }

  private boolean belongTogether() throws GeneralSecurityException {
    byte[] message = "hetal oracle".getBytes(StandardCharsets.US_ASCII);
    Signature signature = Signature.getInstance(SIGNATURE);
    signature.initSign(key);
    signature.update(message);
    byte[] signed = signature.sign();
    signature.initVerify(certificate);
    signature.update(message);
    return signature.verify(signed);
  }

  byte[] encodedCertificate() {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("encoding a certificate", e);
    }
  }

  /** For the side whose certificate it is. */
  KeyManager[] keyManagers(String alias) throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    store.setKeyEntry(alias, key, new char[0], new Certificate[] {certificate});
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, new char[0]);
    return managers.getKeyManagers();
  }

  /** For the other side, which trusts it alone. */
  TrustManager[] trustManagersOfTheOther(String alias)
      throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    store.setCertificateEntry(alias, certificate);
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    return managers.getTrustManagers();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /** {@return nothing of the key} */
  @Override
  public String toString() {
    return certificate.getSubjectX500Principal().getName();
  }
}
