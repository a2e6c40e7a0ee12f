package org.hetal.he.openfhe.owner;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeLevelException;
import org.hetal.he.KeyPlan;
import org.hetal.he.library.NativeHandle;
import org.hetal.he.openfhe.CkksCiphertext;
import org.hetal.he.openfhe.CkksContext;
import org.hetal.he.openfhe.CkksPlaintext;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.OpenFheKeyBundle;
import org.hetal.he.openfhe.OpenFheParameters;
import org.hetal.he.owner.Client;

/**
 * A {@link Client} for the OpenFHE evaluator: keys, encryption and decryption are OpenFHE's.
 * OpenFHE's generator takes its seed from the operating system and from nowhere else, so keys and
 * ciphertexts are new each time, in tests too. Safe from several threads.
 */
public final class OpenFheClient implements Client {
  private final OpenFheParameters parameters;
  private final CkksContext context;
  private final CkksSecretKey secret;

  private OpenFheClient(OpenFheParameters parameters, CkksContext context, CkksSecretKey secret) {
    this.parameters = parameters;
    this.context = context;
    this.secret = secret;
  }

  /**
   * A new key pair.
   *
   * @throws IllegalArgumentException for an unknown parameter set
   * @throws org.hetal.he.openfhe.OpenFheUnavailableException without OpenFHE
   */
  public static OpenFheClient generate(String parameterSet) {
    OpenFhe.require();
    OpenFheParameters parameters = OpenFheParameters.named(parameterSet);
    CkksContext context = parameters.openContext();
    try {
      CkksSecretKey.Pair pair = CkksSecretKey.generate(context);
      pair.publicKey().close();
      return new OpenFheClient(parameters, context, pair.secretKey());
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  /**
   * From a file of {@link #saveSecretKey}.
   *
   * @throws HeFormatException when it is damaged
   */
  public static OpenFheClient load(Path secretKeyFile) {
    OpenFhe.require();
    return of(SecretKeyFile.read(secretKeyFile), secretKeyFile);
  }

  /**
   * From what {@link #secretKey} gave, which the caller overwrites.
   *
   * @param secretKeyFile for messages
   * @throws HeFormatException when it is damaged
   */
  public static OpenFheClient load(byte[] secretKey, Path secretKeyFile) {
    OpenFhe.require();
    return of(SecretKeyFile.of(secretKeyFile, secretKey), secretKeyFile);
  }

  private static OpenFheClient of(SecretKeyFile read, Path secretKeyFile) {
    try (SecretKeyFile file = read) {
      OpenFheParameters parameters = file.parameters(secretKeyFile, OpenFheParameters::named);
      CkksContext context = parameters.openContext();
      try {
        file.requireParameters(secretKeyFile, context.parameterHash());
        CkksSecretKey secret = CkksSecretKey.ofOpenFheBytes(context, file.payload());
        file.requireKeyId(secretKeyFile, secret);
        return new OpenFheClient(parameters, context, secret);
      } catch (RuntimeException e) {
        context.close();
        throw e;
      }
    }
  }

  @Override
  public OpenFheParameters parameters() {
    return parameters;
  }

  /** OpenFHE's key tag. */
  @Override
  public String keyId() {
    return secret.keyTag();
  }

  @Override
  public byte[] encrypt(double[] values, int level) {
    return encrypt(values, null, level);
  }

  /** As {@link #encrypt(double[], int)} with imaginary parts; null for none. */
  public byte[] encrypt(double[] real, double[] imaginary, int level) {
    if (level < 0 || level > parameters.maxLevel()) {
      throw new HeLevelException(
          "level: expected 0 to " + parameters.maxLevel() + ", actual " + level);
    }
    try (CkksPlaintext plain = context.encode(real, imaginary, level);
        CkksCiphertext ciphertext = secret.encrypt(plain)) {
      return context.serialize(ciphertext);
    }
  }

  @Override
  public double[] decrypt(byte[] ciphertext) {
    return Arrays.copyOf(decryptComplex(ciphertext), parameters.slotCount());
  }

  @Override
  public double[] decryptComplex(byte[] ciphertext) {
    try (CkksCiphertext a = context.deserializeCiphertext(ciphertext)) {
      if (!a.keyTag().equals(keyId())) {
        throw new HeFormatException(
            "OpenFHE ciphertext: key id: expected " + keyId() + ", actual " + a.keyTag());
      }
      return secret.decrypt(a);
    }
  }

  @Override
  public void writeEvaluationKeys(Path directory, KeyPlan plan, KeyProgress progress) {
    OpenFheKeyBundle.Writer writer =
        new OpenFheKeyBundle.Writer(directory, parameters, keyId(), plan);
    // OpenFHE makes a bootstrap's keys together; its relinearization key is the common one.
    boolean relinearize = plan.relinearizationLevel() >= 0 || plan.needsBootstrap();
    boolean conjugate = plan.conjugationLevel() >= 0 && !plan.needsBootstrap();
    NativeHandle set = plan.needsBootstrap() ? secret.bootstrapKeys(this) : null;
    try {
      Map<Integer, Integer> rotations = new TreeMap<>(plan.rotations());
      if (set != null) {
        rotations.keySet().removeIf(steps -> secret.hasKey(set, steps));
      }
      int bootstrapKeys = set == null ? 0 : ClientNatives.keySetSize(set.get());
      int total = rotations.size() + bootstrapKeys + (relinearize ? 1 : 0) + (conjugate ? 1 : 0);
      int done = 0;
      if (relinearize) {
        int level = plan.needsBootstrap() ? context.maxLevel() : plan.relinearizationLevel();
        byte[] key = secret.relinearizationKeyFile(level);
        done = written(writer, progress, done, total, key, true);
      }
      for (int i = 0; i < bootstrapKeys; i++) {
        done = written(writer, progress, done, total, secret.takeKeyFile(set), false);
      }
      if (conjugate) {
        byte[] key = secret.rotationKeyFile(0, true, plan.conjugationLevel());
        done = written(writer, progress, done, total, key, false);
      }
      for (Map.Entry<Integer, Integer> rotation : rotations.entrySet()) {
        byte[] key = secret.rotationKeyFile(rotation.getKey(), false, rotation.getValue());
        done = written(writer, progress, done, total, key, false);
      }
    } finally {
      if (set != null) {
        set.close();
      }
    }
    writer.commit();
  }

  private static int written(
      OpenFheKeyBundle.Writer writer,
      KeyProgress progress,
      int done,
      int total,
      byte[] key,
      boolean relinearization) {
    writer.write(relinearization, key);
    progress.wrote(done + 1, total, key.length);
    return done + 1;
  }

  @Override
  public byte[] secretKey() {
    try (SecretKeyFile key = file()) {
      return key.content();
    }
  }

  @Override
  public void saveSecretKey(Path file) {
    try (SecretKeyFile key = file()) {
      key.write(file);
    }
  }

  @Override
  public void savePublicKey(Path file) {
    throw OpenFheClientBackend.noPublicKeys();
  }

  private SecretKeyFile file() {
    return new SecretKeyFile(
        parameters.name(), keyId(), context.parameterHash(), secret.openFheBytes());
  }

  @Override
  public void close() {
    secret.close();
    context.close();
  }

  @Override
  public String toString() {
    return "OpenFHE client(" + parameters.name() + ", key " + keyId() + ")";
  }
}
