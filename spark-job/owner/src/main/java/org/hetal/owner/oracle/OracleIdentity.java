package org.hetal.owner.oracle;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.FileReadException;
import org.hetal.he.library.OwnerOnly;
import org.hetal.oracle.ClusterCredentials;

/**
 * The oracle's certificate, which the cluster gets, and its private key, which it does not get; and
 * the {@link ClusterCredentials}, by which the oracle authenticates the cluster. All are kept in
 * one file of mode 0600, so that an oracle that is started again has the same identity.
 */
public final class OracleIdentity {
  private static final Duration VALID = Duration.ofDays(365);
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);

  /** An identity with less time left is renewed at the start: a training may take days. */
  private static final Duration LEAST_LEFT = Duration.ofDays(14);

  private static final String CLUSTER_CERTIFICATE = "HETAL CLUSTER CERTIFICATE";
  private static final String CLUSTER_KEY = "HETAL CLUSTER PRIVATE KEY";
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PRIVATE_KEY = "PRIVATE KEY";
  private static final String TOKEN = "HETAL ORACLE TOKEN";
  private static final int TOKEN_BYTES = 32;

  private final SelfSigned oracle;
  private final SelfSigned cluster; // null: read from a file of a release without it
  private final byte[] token;

  private OracleIdentity(SelfSigned oracle, SelfSigned cluster, byte[] token) {
    this.oracle = oracle;
    this.cluster = cluster;
    this.token = token;
  }

  /**
   * The identity in the file; a new one, which is written there, when there is none, when it
   * expires, or when it is of another host.
   *
   * @param host the name or address under which the cluster reaches the oracle
   * @param notices receives one line when a new identity replaces an old one
   * @throws DatasetException when the file holds no identity
   * @throws org.hetal.he.HeSecurityException when others may read the file
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
    Instant from = now.minus(CLOCK_SKEW);
    Instant to = now.plus(VALID);
    return new OracleIdentity(
        SelfSigned.create("hetal oracle", Optional.of(subject(host)), from, to),
        SelfSigned.create("hetal cluster", Optional.empty(), from, to),
        token);
  }

  /** Of an IPv6 address without the name of an interface, which only this machine knows. */
  private static GeneralNames subject(String host) {
    String plain = host.indexOf('%') < 0 ? host : host.substring(0, host.indexOf('%'));
    boolean address = plain.indexOf(':') >= 0 || plain.matches("[0-9]+(\\.[0-9]+){3}");
    return new GeneralNames(
        new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, plain));
  }

  private String reasonToRenew(String host) {
    if (cluster == null) {
      return "it has no client certificate for the cluster";
    }
    Instant end = oracle.certificate().getNotAfter().toInstant();
    if (end.isBefore(Instant.now().plus(LEAST_LEFT))) {
      return "the certificate ends on " + end;
    }
    try {
      Extension names =
          new JcaX509CertificateHolder(oracle.certificate())
              .getExtension(Extension.subjectAlternativeName);
      boolean same =
          names != null
              && names.getParsedValue().toASN1Primitive().equals(subject(host).toASN1Primitive());
      return same ? "" : "the certificate is of another oracle.host than " + host;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("reading a certificate that was parsed before", e);
    }
  }

  /**
   * The identity in the file.
   *
   * @throws DatasetException when the file holds none
   */
  static OracleIdentity read(Path file) {
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
      SelfSigned oracle = SelfSigned.of(parts.get(CERTIFICATE), parts.get(PRIVATE_KEY));
      boolean old = !parts.containsKey(CLUSTER_CERTIFICATE) && !parts.containsKey(CLUSTER_KEY);
      SelfSigned cluster =
          old ? null : SelfSigned.of(parts.get(CLUSTER_CERTIFICATE), parts.get(CLUSTER_KEY));
      if (parts.get(TOKEN).length != TOKEN_BYTES) {
        throw damaged(file, "a token of " + TOKEN_BYTES + " bytes", null);
      }
      return new OracleIdentity(oracle, cluster, parts.get(TOKEN));
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

  /**
   * TLS with this certificate for clients with the cluster's certificate alone.
   *
   * @throws IllegalStateException never with an identity that {@link #open} gave
   */
  private static SSLContext context(SelfSigned oracle, SelfSigned cluster) {
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(oracle.keyManagers("oracle"), cluster.trustManagersOfTheOther("cluster"), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("using the oracle's certificates", e);
    }
  }

  /** All parts, the private keys included; the token last, so that a file that was cut has none. */
  private String pem() {
    return pem(CLUSTER_CERTIFICATE, cluster.encodedCertificate())
        + pem(CLUSTER_KEY, cluster.key().getEncoded())
        + pem(CERTIFICATE, oracle.encodedCertificate())
        + pem(PRIVATE_KEY, oracle.key().getEncoded())
        + pem(TOKEN, token);
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
    return context(oracle, cluster);
  }

  /** The certificate in PEM: the only one that the cluster trusts. */
  public String certificatePem() {
    return pem(CERTIFICATE, oracle.encodedCertificate());
  }

  /** What the cluster shows: token, client certificate and its key. */
  public ClusterCredentials credentials() {
    return new ClusterCredentials(token(), cluster.certificate(), cluster.key());
  }

  /** The token in hex: the cluster sends it as {@code Authorization: Bearer}. */
  String token() {
    return HexFormat.of().formatHex(token);
  }

  byte[] tokenBytes() {
    return token().getBytes(StandardCharsets.US_ASCII);
  }
}
