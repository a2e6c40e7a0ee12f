package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.he.KeyPlan;
import org.hetal.he.openfhe.CkksCiphertext;
import org.hetal.he.openfhe.CkksContext;
import org.hetal.he.openfhe.CkksPlaintext;
import org.hetal.he.openfhe.CkksSettings;
import org.hetal.he.openfhe.CkksSettings.Secret;
import org.hetal.he.openfhe.Envelope;
import org.hetal.he.openfhe.GoldenKeyBundle;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.OpenFheKeyBundle;
import org.hetal.he.openfhe.OpenFheParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of the OpenFHE backend are committed, of the smallest ring that OpenFHE has: they are read
 * and hold their values, and what is written today without random numbers has the same bytes.
 * {@code HETAL_WRITE_VECTORS=1} writes them anew; a change of bytes needs a new version, and the
 * files of the old one stay.
 */
@OpenFheTest
class GoldenFilesTest {
  private static final Path FILES =
      Path.of("src/test/resources/org/hetal/he/openfhe/version_1").toAbsolutePath();
  private static final CkksSettings RING =
      new CkksSettings(16, 1, 50, 60, 1, Secret.UNIFORM_TERNARY, 0);
  private static final byte[] SECRET = {1, 0, -1, -1, 0, 1, 1, 0, 0, -1, 1, 0, -1, 0, 0, 1};
  private static final double[] VALUES = {0.5, -0.25, 1, 0, 0.125, -1, 0.75, -0.5};
  private static final String TAG = "0123456789abcdef0123456789abcdef";
  // Of the manifest, which names a parameter set. No set has the ring of the files.
  private static final String SET = "insecure_openfhe_n10_l5";

  @TempDir Path folder;
  private CkksContext context;
  private CkksSecretKey secret;

  @BeforeEach
  void makeKey() throws Exception {
    // Another version of OpenFHE may choose other primes, and has archives of its own.
    Assumptions.assumeTrue(OpenFhe.version().startsWith("1.4."), OpenFhe.version());
    context = CkksContext.create(RING);
    secret = CkksSecretKey.ofCoefficients(context, SECRET, TAG);
    if ("1".equals(System.getenv("HETAL_WRITE_VECTORS"))) {
      for (Map.Entry<String, byte[]> file : madeNow().entrySet()) {
        Files.createDirectories(FILES.resolve(file.getKey()).getParent());
        Files.write(FILES.resolve(file.getKey()), file.getValue());
      }
    }
  }

  @AfterEach
  void close() {
    if (context != null) {
      secret.close();
      context.close();
    }
  }

  private static byte[] golden(String name) throws IOException {
    return Files.readAllBytes(FILES.resolve(name));
  }

  private static KeyPlan plan() {
    return new KeyPlan().rotate(1, 1).rotate(2, 1).relinearize(1).conjugate(0);
  }

  private byte[] secretKeyFile() {
    try (SecretKeyFile file =
        new SecretKeyFile(SET, TAG, context.parameterHash(), secret.openFheBytes())) {
      return file.content();
    }
  }

  private byte[] manifest(byte[] relinearization, byte[] rotations) throws IOException {
    Path keys = folder.resolve("keys");
    OpenFheKeyBundle.Writer writer =
        new OpenFheKeyBundle.Writer(keys, OpenFheParameters.named(SET), TAG, plan());
    writer.write(true, relinearization);
    writer.write(false, rotations);
    writer.commit();
    byte[] out = Files.readAllBytes(keys.resolve("manifest"));
    Files.delete(keys.resolve("manifest"));
    return out;
  }

  /** Every file that the folder has, made now. */
  private Map<String, byte[]> madeNow() throws IOException {
    Map<String, byte[]> out = new TreeMap<>();
    out.put("secret_key.bin", secretKeyFile());
    out.put("secret_key_envelope.bin", secret.serialize());
    try (CkksPlaintext plain = context.encode(VALUES, 1);
        CkksCiphertext ciphertext = secret.encrypt(plain)) {
      out.put("ciphertext_2.bin", context.serialize(ciphertext));
    }
    byte[] relinearization = secret.relinearizationKeyFile(1);
    byte[] rotations = secret.rotationKeyFile(1, false, 1);
    out.put("keys/relinearization_0.key", relinearization);
    out.put("keys/rotations_1.key", rotations);
    out.put("keys/manifest", manifest(relinearization, rotations));
    return out;
  }

  private void assertDecrypts(double[] expected, CkksSecretKey key, CkksCiphertext a) {
    double[] slots = key.decrypt(a);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], slots[i], 0x1p-35, "slot " + i);
    }
  }

  @Test
  void writingToday_givesTheCommittedBytes() throws Exception {
    assertArrayEquals(golden("secret_key.bin"), secretKeyFile());
    assertArrayEquals(golden("secret_key_envelope.bin"), secret.serialize());
    assertArrayEquals(
        golden("keys/manifest"),
        manifest(golden("keys/relinearization_0.key"), golden("keys/rotations_1.key")));
    try (CkksCiphertext ciphertext = context.deserializeCiphertext(golden("ciphertext_2.bin"))) {
      assertArrayEquals(golden("ciphertext_2.bin"), context.serialize(ciphertext));
    }
    byte[] key = golden("keys/relinearization_0.key");
    Envelope.Kind kind = Envelope.Kind.RELINEARIZATION_KEYS;
    byte[] payload = Envelope.unwrap(kind, context.parameterHash(), key);
    assertArrayEquals(key, Envelope.wrap(kind, context.parameterHash(), payload));
  }

  @Test
  void theSecretKey_isThatOfItsCoefficients_andDecrypts() throws Exception {
    Path file = folder.resolve("secret_key.bin");
    try (SecretKeyFile read = SecretKeyFile.of(file, golden("secret_key.bin"))) {
      assertEquals(SET, read.parameterSet());
      assertEquals(TAG, read.keyId());
      read.requireParameters(file, context.parameterHash());
      try (CkksSecretKey key = CkksSecretKey.ofOpenFheBytes(context, read.payload());
          CkksCiphertext a = context.deserializeCiphertext(golden("ciphertext_2.bin"))) {
        read.requireKeyId(file, key);
        assertArrayEquals(SECRET, key.coefficients());
        assertDecrypts(VALUES, key, a);
      }
    }
    try (CkksSecretKey key =
        CkksSecretKey.deserialize(context, golden("secret_key_envelope.bin"))) {
      assertArrayEquals(SECRET, key.coefficients());
    }
  }

  @Test
  void theBundle_isRead_andItsKeysComputeOnTheCiphertext() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(golden("keys/manifest"));
    GoldenKeyBundle bundle =
        new GoldenKeyBundle(FILES.resolve("keys"), HexFormat.of().formatHex(digest));
    assertEquals(SET, bundle.parameterSet());
    assertEquals(TAG, bundle.keyTag());
    assertEquals(plan().rotations(), bundle.plan().rotations());
    assertEquals(1, bundle.plan().relinearizationLevel());
    assertEquals(0, bundle.plan().conjugationLevel());
    bundle.load(context);
    double[] turned = new double[VALUES.length];
    double[] squares = new double[VALUES.length];
    for (int i = 0; i < VALUES.length; i++) {
      turned[i] = VALUES[(i + 1) % VALUES.length];
      squares[i] = VALUES[i] * VALUES[i];
    }
    try (CkksCiphertext a = context.deserializeCiphertext(golden("ciphertext_2.bin"));
        CkksCiphertext rotated = context.rotate(a, 1);
        CkksCiphertext product = context.multiply(a, a);
        CkksCiphertext linear = context.relinearize(product);
        CkksCiphertext square = context.rescale(linear)) {
      assertDecrypts(turned, secret, rotated);
      assertDecrypts(squares, secret, square);
    }
  }
}
