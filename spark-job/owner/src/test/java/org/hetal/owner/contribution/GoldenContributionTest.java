package org.hetal.owner.contribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.ClientBackend;
import org.hetal.he.owner.PublicEncryptor;
import org.hetal.he.owner.SimulatorClient;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.Splits;
import org.hetal.owner.table.Table;
import org.hetal.owner.vectors.GoldenFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of this package are read and written as when version 1 of them was made. */
class GoldenContributionTest {
  private static final String FOLDER = "contribution-1";
  private static final String SET = "insecure_simulator_n9_l12";
  private static final Settings.Data DATA = OwnersRows.data("standardize", "true");

  @TempDir Path root;

  private static Splits owner(double[]... train) {
    List<String> names = List.of("width", "height");
    Table rows = Table.ofArrays("rows", names, train, new int[train.length]);
    return new Splits(rows, rows, null);
  }

  @Test
  void contributionAndPreparation() {
    Path written = root.resolve("written/contribution.json");
    try (Client client =
        new SimulatorClient(SimulatedParameters.named(SET), "00112233445566778899aabbccddeeff")) {
      Path key = root.resolve("public.key");
      client.savePublicKey(key);
      ClientBackend backend = ClientBackend.find("simulator", "simulator").orElseThrow();
      try (PublicEncryptor encryptor = backend.encryptor(key, SET, 1)) {
        Contribution first =
            Contribution.of(owner(new double[][] {{1, -2.5}, {3, 1e9}}), DATA, encryptor, null, "");
        Contribution.of(owner(new double[][] {{-1e-9, 7}}), DATA, encryptor, first, "first")
            .write(written);
      }
      Contribution.Opened opened =
          Contribution.read(written).open("written", DATA, client, 1L, () -> {});
      assertEquals(2, opened.contributions());
      assertEquals(3, opened.shape().trainingRows());
      opened.common().write(root.resolve("written/preparation.json"));
    }
    GoldenFolder.requireSame(FOLDER, root.resolve("written"));
    Path golden = GoldenFolder.of(FOLDER);
    assertEquals(Contribution.read(written).digest(), golden(golden).digest());
    Preparation read = CommonPreparation.read(golden.resolve("preparation.json")).preparation();
    double third = 1.0 / 3;
    assertArrayEquals(
        new double[] {4 * third, (1e9 + 4.5) * third}, read.means(), 1e-9, "of three rows");
  }

  @Test
  void openedTotal() {
    String keyId = "00112233445566778899aabbccddeeff";
    OpenedTotal.beside(root.resolve("secret.key"), keyId).require("sums", "5a".repeat(32));
    GoldenFolder.requireSame("opened-total-1", root);
    Path key =
        GoldenFolder.privateCopy("opened-total-1", root.resolve("copy")).resolve("secret.key");
    OpenedTotal read = OpenedTotal.beside(key, keyId);
    read.require("sums", "5a".repeat(32));
    assertThrows(SettingsException.class, () -> read.require("sums", "a5".repeat(32)));
  }

  private static Contribution golden(Path folder) {
    return Contribution.read(folder.resolve("contribution.json"));
  }
}
