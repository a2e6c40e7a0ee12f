package org.hetal.owner.oracle;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.OwnerOnly;
import org.hetal.he.FileReadException;

/**
 * A certificate and a random token, which are given to the cluster, and the private key of the
 * certificate, which is not. By the certificate the cluster authenticates the oracle; by the token
 * the oracle authenticates the cluster. All three are kept in one file of mode 0600, so that an
 * oracle that is started again has the same identity.
 */
public final class OracleIdentity {
  private static final Duration VALID = Duration.ofDays(365);
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);

  /** An identity with less time left is renewed at the start: a training may take days. */
  private static final Duration LEAST_LEFT = Duration.ofDays(14);

  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PRIVATE_KEY = "PRIVATE KEY";
  private static final String TOKEN = "HETAL ORACLE TOKEN";
  private static final int TOKEN_BYTES = 32;

  private final X509Certificate certificate;
  private final PrivateKey key;
  private final byte[] token;
  private final SSLContext context;

  private OracleIdentity(X509Certificate certificate, PrivateKey key, byte[] token)
      throws GeneralSecurityException, IOException {
    this.certificate = certificate;
    this.key = key;
    this.token = token;
    this.context = context(certificate, key);
  }

  /**
   * The identity in the file; a new one, which is written there, when there is none, when it
   * expires, or when it is of another host.
   *
   * @param host the name or address under which the cluster reaches the oracle
   * @param notices receives one line when a new identity replaces an old one
   * @throws DatasetException when the file holds no identity
   * @throws org.hetal.config.SettingsException when others may read the file
   */
  public static OracleIdentity open(Path file, String host, Consumer<String> notices) {
    if (Files.exists(file)) {
      OwnerOnly.require(file);
      OracleIdentity kept = read(file);
      String reason = kept.reasonToRenew(host);
      if (reason.isEmpty()) {
        return kept;
      }
      notices.accept(
          "new certificate and token in the place of those in "
              + file
              + ", as "
              + reason
              + ": give them to the cluster again");
    }
    OracleIdentity fresh = create(host);
    fresh.save(file);
    return fresh;
  }

  void save(Path file) {
    LocalStorage.ownerOnly(file.toAbsolutePath().getParent())
        .writeAtomically(file.getFileName().toString(), pem().getBytes(StandardCharsets.US_ASCII));
  }

  /** A new one, kept nowhere. */
  static OracleIdentity create(String host) {
    return create(host, Instant.now());
  }

  static OracleIdentity create(String host, Instant now) {
    SecureRandom random = new SecureRandom();
    byte[] token = new byte[TOKEN_BYTES];
    random.nextBytes(token);
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = generator.generateKeyPair();
      X509Certificate certificate = certificate(host, pair, new BigInteger(128, random), now);
      return new OracleIdentity(certificate, pair.getPrivate(), token);
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("making the oracle's certificate", e);
    }
  }

  private static X509Certificate certificate(
      String host, KeyPair pair, BigInteger serial, Instant now)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    X500Name name = new X500Name("CN=hetal oracle");
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            serial,
            Date.from(now.minus(CLOCK_SKEW)),
            Date.from(now.plus(VALID)),
            name,
            pair.getPublic());
    builder.addExtension(Extension.subjectAlternativeName, false, subject(host));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  /** Of an IPv6 address without the name of an interface, which only this machine knows. */
  private static GeneralNames subject(String host) {
    String plain = host.indexOf('%') < 0 ? host : host.substring(0, host.indexOf('%'));
    boolean address = plain.indexOf(':') >= 0 || plain.matches("[0-9]+(\\.[0-9]+){3}");
    return new GeneralNames(
        new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, plain));
  }

  private String reasonToRenew(String host) {
    Instant end = certificate.getNotAfter().toInstant();
    if (end.isBefore(Instant.now().plus(LEAST_LEFT))) {
      return "the certificate ends on " + end;
    }
    try {
      Extension names =
          new JcaX509CertificateHolder(certificate).getExtension(Extension.subjectAlternativeName);
      boolean same =
          names != null
              && names.getParsedValue().toASN1Primitive().equals(subject(host).toASN1Primitive());
      return same ? "" : "the certificate is of another oracle.host than " + host;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("reading a certificate that was parsed before", e);
    }
  }

  private static OracleIdentity read(Path file) {
    try (PemReader reader = new PemReader(new StringReader(text(file)))) {
      Map<String, byte[]> parts = new HashMap<>();
      for (PemObject part = reader.readPemObject(); part != null; part = reader.readPemObject()) {
        parts.put(part.getType(), part.getContent());
      }
      for (String type : new String[] {CERTIFICATE, PRIVATE_KEY, TOKEN}) {
        if (!parts.containsKey(type)) {
          throw damaged(file, "a part " + type, null);
        }
      }
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new java.io.ByteArrayInputStream(parts.get(CERTIFICATE)));
      PrivateKey key =
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(parts.get(PRIVATE_KEY)));
      if (parts.get(TOKEN).length != TOKEN_BYTES || !belongs(key, certificate)) {
        throw damaged(file, "a token, and the key of the certificate", null);
      }
      return new OracleIdentity(certificate, key, parts.get(TOKEN));
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw damaged(file, "certificate, private key and token", e);
    }
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  private static DatasetException damaged(Path file, String expected, Exception cause) {
    return new DatasetException(
        file
            + ": expected "
            + expected
            + ", actual a damaged file; remove it, start again, and give the new certificate and"
            + " token to the cluster",
        cause);
  }

  private static boolean belongs(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    byte[] message = "hetal oracle".getBytes(StandardCharsets.US_ASCII);
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(message);
    byte[] signed = signature.sign();
    signature.initVerify(certificate);
    signature.update(message);
    return signature.verify(signed);
  }

  private static SSLContext context(X509Certificate certificate, PrivateKey key)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("oracle", key, new char[0], new Certificate[] {certificate});
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  /** All three parts, the private key included. */
  private String pem() {
    return pem(CERTIFICATE, encoded()) + pem(PRIVATE_KEY, key.getEncoded()) + pem(TOKEN, token);
  }

  private byte[] encoded() {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("encoding a certificate", e);
    }
  }

  private static String pem(String type, byte[] content) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, content));
    } catch (IOException e) {
      throw new IllegalStateException("a string is always writable", e);
    }
    return text.toString();
  }

  SSLContext context() {
    return context;
  }

  /** The certificate in PEM: the only one that the cluster trusts. */
  public String certificatePem() {
    return pem(CERTIFICATE, encoded());
  }

  /** The token in hex: the cluster sends it as {@code Authorization: Bearer}. */
  public String token() {
    return HexFormat.of().formatHex(token);
  }

  byte[] tokenBytes() {
    return token().getBytes(StandardCharsets.US_ASCII);
  }
}
