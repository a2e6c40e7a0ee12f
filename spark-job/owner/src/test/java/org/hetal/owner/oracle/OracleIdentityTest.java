package org.hetal.owner.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.DatasetException;
import org.hetal.he.HeSecurityException;
import org.hetal.oracle.ClusterCredentials;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OracleIdentityTest {
  @TempDir Path folder;
  private final List<String> notices = new ArrayList<>();

  private Path file() {
    return folder.resolve("owner/oracle.identity");
  }

  private OracleIdentity open(String host) {
    return OracleIdentity.open(file(), host, notices::add);
  }

  private static String mode(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void identity_isTheSameAtEachStart() throws Exception {
    OracleIdentity first = open("localhost");
    OracleIdentity second = open("localhost");
    assertEquals(first.certificatePem(), second.certificatePem());
    assertEquals(first.token(), second.token());
    assertEquals("rw-------", mode(file()));
    assertEquals(List.of(), notices);
    try (Stream<Path> files = Files.list(file().getParent())) {
      assertEquals(List.of(file()), files.toList(), "nothing half-written is left");
    }
  }

  @Test
  void identityOfAnotherHost_isRenewedAndSaid() {
    OracleIdentity first = open("localhost");
    OracleIdentity second = open("10.1.2.3");
    assertNotEquals(first.certificatePem(), second.certificatePem());
    assertNotEquals(first.token(), second.token());
    assertEquals(1, notices.size());
    assertTrue(notices.get(0).contains("another oracle.host than 10.1.2.3"), notices.get(0));
    assertTrue(notices.get(0).contains("give them to the cluster"), notices.get(0));
    assertEquals(second.token(), open("10.1.2.3").token());
  }

  @Test
  void identityThatEnds_isRenewedAndSaid() throws Exception {
    open("localhost");
    OracleIdentity old =
        OracleIdentity.create("localhost", Instant.now().minus(Duration.ofDays(360)));
    old.save(file());
    OracleIdentity renewed = open("localhost");
    assertNotEquals(old.token(), renewed.token());
    assertEquals(1, notices.size());
    assertTrue(notices.get(0).contains("the certificate ends on"), notices.get(0));
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 2, localhost",
    "data_owner, 2, data_owner",
    "10.1.2.3, 7, 10.1.2.3",
    "::1, 7, 0:0:0:0:0:0:0:1",
    "fe80::1%eth0, 7, fe80:0:0:0:0:0:0:1"
  })
  void certificate_namesTheHost(String host, int type, String name) throws Exception {
    String pem = open(host).certificatePem();
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    assertEquals(
        List.of(List.of(type, name)), List.copyOf(certificate.getSubjectAlternativeNames()));
    open(host);
    assertEquals(List.of(), notices);
  }

  /** Of a release before client certificates. */
  @Test
  void identityWithoutClientCertificate_isRenewedAndSaid() throws Exception {
    OracleIdentity first = open("localhost");
    String whole = Files.readString(file());
    Files.writeString(file(), whole.substring(whole.indexOf("-----BEGIN CERTIFICATE-----")));
    OracleIdentity second = open("localhost");
    assertNotEquals(first.token(), second.token());
    assertTrue(notices.get(0).contains("it has no client certificate"), notices.toString());
    assertEquals(second.credentials().certificate(), open("localhost").credentials().certificate());
  }

  @Test
  void fileThatOthersMayRead_isRefused() throws Exception {
    open("localhost");
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r-----"));
    String message = assertThrows(HeSecurityException.class, () -> open("localhost")).getMessage();
    assertTrue(message.contains("mode rw-------, actual rw-r-----"), message);
  }

  @Test
  void damagedFile_isRefusedWithWhatToDo() throws Exception {
    open("localhost");
    byte[] whole = Files.readAllBytes(file());
    OracleIdentity other = OracleIdentity.create("localhost");
    String mixed =
        other.certificatePem()
            + new String(whole, StandardCharsets.US_ASCII)
                .substring(
                    new String(whole, StandardCharsets.US_ASCII).indexOf("-----BEGIN PRIVATE KEY"));
    List<byte[]> damaged = new ArrayList<>();
    for (int length = 0; length < whole.length - 1; length += 40) {
      damaged.add(java.util.Arrays.copyOf(whole, length));
    }
    damaged.add(mixed.getBytes(StandardCharsets.US_ASCII));
    for (byte[] bytes : damaged) {
      Files.write(file(), bytes);
      String message = assertThrows(DatasetException.class, () -> open("localhost")).getMessage();
      assertTrue(message.contains("remove it, start again"), message);
      assertArrayEquals(bytes, Files.readAllBytes(file()));
    }
  }

  /** The folder of the certificate may be the cluster's. The file has a hole. */
  @Test
  void hugeFileInThePlaceOfTheCertificate_isReplaced() throws Exception {
    Settings settings = settings();
    OracleIdentity identity =
        OracleIdentity.open(identityFile(settings), "localhost", notices::add);
    Path certificate = folder.resolve("cluster/oracle.pem");
    Files.createDirectories(certificate.getParent());
    try (RandomAccessFile huge = new RandomAccessFile(certificate.toFile(), "rw")) {
      huge.setLength(3L << 30);
    }
    OracleFiles.handOver(settings.oracle(), identity);
    assertEquals(identity.certificatePem(), Files.readString(certificate));
  }

  private Settings settings(String... pathsAndValues) {
    Map<String, String> all = new java.util.HashMap<>();
    all.put("paths.private", folder.resolve("owner").toString());
    all.put("paths.key-bundle", folder.resolve("cluster/keys").toString());
    all.put("paths.dataset", folder.resolve("cluster/dataset").toString());
    all.put("paths.run", folder.resolve("cluster/run").toString());
    all.put("oracle.certificate", folder.resolve("cluster/oracle.pem").toString());
    all.put("oracle.token-file", folder.resolve("cluster/oracle.token").toString());
    for (int i = 0; i < pathsAndValues.length; i += 2) {
      all.put(pathsAndValues[i], folder.resolve(pathsAndValues[i + 1]).toString());
    }
    return SettingsLoader.load(List.of(), all);
  }

  private static Path identityFile(Settings settings) {
    Settings.Paths paths = settings.paths();
    return OracleFiles.identity(
        Path.of(paths.privateDirectory()),
        settings.oracle(),
        List.of(paths.keyBundle(), paths.dataset(), paths.run()));
  }

  @Test
  void clusterGetsCertificateAndToken_butNotThePrivateKey() throws Exception {
    Settings settings = settings();
    OracleIdentity identity =
        OracleIdentity.open(identityFile(settings), "localhost", notices::add);
    OracleFiles.handOver(settings.oracle(), identity);
    Path token = folder.resolve("cluster/oracle.token");
    assertArrayEquals(identity.credentials().encode(), Files.readAllBytes(token));
    assertEquals("rw-------", mode(token));
    String own = Files.readString(identityFile(settings));
    own = own.substring(own.indexOf("-----BEGIN PRIVATE KEY-----")).lines().toList().get(2);
    assertTrue(own.length() > 20, own);
    try (Stream<Path> files = Files.walk(folder.resolve("cluster"))) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        assertFalse(Files.readString(each).contains(own), each.toString());
      }
    }
    Path certificate = folder.resolve("cluster/oracle.pem");
    assertEquals(identity.certificatePem(), Files.readString(certificate));
    FileTime written = FileTime.from(Instant.parse("2001-01-01T00:00:00Z"));
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r-----"));
    Files.setLastModifiedTime(certificate, written);
    OracleFiles.handOver(settings.oracle(), identity);
    assertEquals("rw-r-----", mode(token), "what was handed over stays as it is");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));
    OracleFiles.handOver(settings.oracle(), identity);
    assertEquals("rw-------", mode(token), "a token that everybody could read");
    assertEquals(written, Files.getLastModifiedTime(certificate));
    OracleFiles.handOver(settings.oracle(), OracleIdentity.create("localhost"));
    assertNotEquals(identity.token(), ClusterCredentials.decode(Files.readAllBytes(token)).token());
  }

  @ParameterizedTest
  @ValueSource(strings = {"cluster", "cluster/keys", "cluster/dataset/x", "cluster/run"})
  void privateFolderThatTheClusterGets_isRefused(String privateFolder) {
    String message =
        assertThrows(
                SettingsException.class,
                () -> identityFile(settings("paths.private", privateFolder)))
            .getMessage();
    assertTrue(message.contains("expected a folder that the cluster does not get"), message);
  }
}
