package org.hetal.owner.oracle;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * How the cluster knows the oracle and the oracle the cluster: a certificate made at the start,
 * whose private key never leaves this process, and a random token. Both are handed to the cluster
 * as files.
 */
public final class OracleIdentity {
  private static final Duration VALID = Duration.ofDays(90);
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);

  private final SSLContext context;
  private final String certificatePem;
  private final String token;

  private OracleIdentity(SSLContext context, String certificatePem, String token) {
    this.context = context;
    this.certificatePem = certificatePem;
    this.token = token;
  }

  /**
   * A new one.
   *
   * @param host the name or address under which the cluster reaches the oracle
   */
  public static OracleIdentity create(String host) {
    SecureRandom random = new SecureRandom();
    byte[] token = new byte[32];
    random.nextBytes(token);
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = generator.generateKeyPair();
      X509Certificate certificate = certificate(host, pair, new BigInteger(128, random));
      return new OracleIdentity(
          context(pair, certificate), pem(certificate), HexFormat.of().formatHex(token));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("making the oracle's certificate", e);
    }
  }

  private static X509Certificate certificate(String host, KeyPair pair, BigInteger serial)
      throws GeneralSecurityException, OperatorCreationException, CertIOException {
    X500Name name = new X500Name("CN=hetal oracle");
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            serial,
            Date.from(now.minus(CLOCK_SKEW)),
            Date.from(now.plus(VALID)),
            name,
            pair.getPublic());
    boolean address = host.matches("[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:]*");
    GeneralName subject =
        new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host);
    builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(subject));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  private static SSLContext context(KeyPair pair, X509Certificate certificate)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("oracle", pair.getPrivate(), new char[0], new Certificate[] {certificate});
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private static String pem(X509Certificate certificate) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(certificate);
    }
    return text.toString();
  }

  SSLContext context() {
    return context;
  }

  /** For the cluster: the only certificate that it trusts. */
  public String certificatePem() {
    return certificatePem;
  }

  /** For the cluster: shown as {@code Authorization: Bearer}. */
  public String token() {
    return token;
  }

  byte[] tokenBytes() {
    return token.getBytes(StandardCharsets.US_ASCII);
  }
}
