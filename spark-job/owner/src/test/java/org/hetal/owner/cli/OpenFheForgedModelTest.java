package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.openfhe.Envelope;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.keys.Clients;
import org.hetal.plan.TrainingPlan;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model that a cluster forged, with a right SHA-256, does not reach OpenFHE's own reader in the
 * process that holds the secret key.
 */
@Tag("slow")
@EnabledIf("org.hetal.he.openfhe.OpenFhe#isAvailable")
class OpenFheForgedModelTest {
  private static final String SET = "insecure_openfhe_n10_l5";
  private static final int RING_DEGREE = 1 << 10;
  private static final int LIMBS_AT = Envelope.HEADER_BYTES + 4;
  private static final int DEGREE_AT = Envelope.HEADER_BYTES + 12;
  private static final int TAG_LENGTH_AT = Envelope.HEADER_BYTES + 16;

  @TempDir Path folder;
  private Path conf;
  private String output;

  @Test
  void aForgedCiphertext_endsDecryptModelWith65() throws Exception {
    writeRowsAndSettings();
    assertEquals(0, hetal("keygen"), output);
    assertEquals(0, hetal("encrypt"), output);
    byte[] good = writeModel(null);
    assertEquals(0, hetal("decrypt-model"), output);

    ByteBuffer header = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);
    int residuesAt = TAG_LENGTH_AT + 4 + header.getInt(TAG_LENGTH_AT);
    refused(with(good, Envelope.HEADER_BYTES, RING_DEGREE / 2), "ring degree");
    refused(with(good, LIMBS_AT, header.getInt(LIMBS_AT) + 1), "bytes");
    refused(with(good, LIMBS_AT, -1), "limbs");
    refused(with(good, DEGREE_AT, 0), "scale degree");
    refused(with(good, residuesAt + 4, -1), "residue");
    // The last limb of c1 has one residue instead of N.
    int shorter = good.length - 8 * (RING_DEGREE - 1);
    byte[] shortLimb = new byte[shorter];
    System.arraycopy(good, 0, shortLimb, 0, shorter);
    ByteBuffer.wrap(shortLimb).putLong(4 + 2 + 2 + 32, shorter - Envelope.HEADER_BYTES - 32L);
    refused(shortLimb, "bytes");
    // An archive of OpenFHE, as versions before 2 stored it.
    byte[] archive = good.clone();
    archive[5] = 1;
    refused(archive, "version: expected 2, actual 1");
  }

  private void refused(byte[] forged, String field) throws Exception {
    writeModel(sealed(forged));
    assertEquals(65, hetal("decrypt-model"), output);
    assertTrue(output.contains(field), output);
    assertTrue(!output.contains("digest"), output);
  }

  private static byte[] with(byte[] good, int at, int value) {
    byte[] out = good.clone();
    ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return out;
  }

  /** With the SHA-256 of all bytes before it at its end. */
  private static byte[] sealed(byte[] bytes) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(bytes, 0, bytes.length - Envelope.TRAILER_BYTES);
    byte[] out = bytes.clone();
    System.arraycopy(digest.digest(), 0, out, out.length - Envelope.TRAILER_BYTES, 32);
    return out;
  }

  /** Writes a run whose weights are zero, or these bytes. */
  private byte[] writeModel(byte[] forged) throws Exception {
    Settings settings = SettingsLoader.load(List.of(conf), Map.of());
    PreparedData data = PreparedData.read(settings.data());
    Clients backend = Clients.of(settings);
    TrainingPlan plan = PlanSettings.plan(settings, backend.parameters(SET), data.shape());
    EncryptedDataset dataset =
        EncryptedDataset.open(new LocalStorage(folder.resolve("cluster/dataset")));
    int level = plan.levels().validationWeights();
    Path model = folder.resolve("cluster/run/model");
    Files.deleteIfExists(model.resolve("manifest.json"));
    try (Client client = backend.load(folder.resolve("owner/secret.key"), SET, null)) {
      byte[] zero = client.encrypt(new double[] {0}, level);
      List<byte[]> weights = new ArrayList<>();
      for (int i = 0; i < plan.layout().compactCiphertexts(); i++) {
        weights.add(forged == null ? zero : forged);
      }
      EncryptedModel.write(
          new LocalStorage(model), dataset.origin(), "default", 1, 1, 1, weights, level);
      return zero;
    }
  }

  private void writeRowsAndSettings() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      int label = i % 3;
      for (int column = 0; column < 4; column++) {
        double x = (column == label ? 1 : 0) + 0.2 * random.nextGaussian();
        rows.append(String.format(Locale.ROOT, "%.4f,", x));
      }
      rows.append(label).append('\n');
    }
    Files.writeString(folder.resolve("rows.csv"), rows);
    conf = folder.resolve("test.conf");
    Files.writeString(
        conf,
        String.format(
                Locale.ROOT,
                """
hetal {
  backend = openfhe
  parameters = %s
  threads = 2
  data { train.features = "FOLDER/rows.csv", classes = 3 }
  training { batch-rows = 40, epochs = 1, logit-range = 32, learning-rate = 4 }
  paths {
    secret-key = "FOLDER/owner/secret.key", private = "FOLDER/owner", model = "FOLDER/owner/model"
    key-bundle = "FOLDER/cluster/keys", dataset = "FOLDER/cluster/dataset"
    run = "FOLDER/cluster/run"
  }
}
""",
                SET)
            .replace("FOLDER", folder.toString()));
  }

  private int hetal(String command) {
    CommandRun run = CommandRun.of(command, "-c", conf.toString());
    output = run.output();
    return run.status();
  }
}
