package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.format.Digests;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.evaluation.Evaluation;
import org.hetal.plan.ValidationMetric;
import org.hetal.training.PlainTrainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The profiles that are shipped do what they say. */
class ProfilesTest {
  private static final Path CONF = Path.of("../../conf");
  private static final Path DEMO = CONF.resolve("demo.conf");

  @Test
  void demo_isSecureAndItsVariantsAreNot() {
    assertFalse(load(List.of(DEMO)).isInsecure());
    assertTrue(load(List.of(DEMO, CONF.resolve("demo-fast.conf"))).isInsecure());
    Settings simulated = load(List.of(DEMO, CONF.resolve("demo-simulator.conf")));
    assertEquals(Settings.Backend.SIMULATOR, simulated.backend());
  }

  @Test
  void openFhe_isTheDemoOnOpenFheAt128Bits() {
    Settings settings = load(List.of(CONF.resolve("openfhe.conf")));
    assertEquals(Settings.Backend.OPENFHE, settings.backend());
    assertFalse(settings.isInsecure());
    assertEquals("openfhe_n16_l5", settings.parameterSet());
    assertEquals(load(List.of(DEMO)).training(), settings.training());
  }

  @Test
  void demo_inTheClearStaysWellInsideTheSoftmaxAndAbove94Percent() {
    Settings settings = load(List.of(DEMO));
    PreparedData data = PreparedData.read(settings.data());
    PlainTrainer.Result plain = Evaluation.trainPlain(data, settings);
    assertTrue(
        plain.largestTrainingLogit() < settings.training().logitRange() / 2,
        () -> "largest logit " + plain.largestTrainingLogit());
    double accuracy = PlainTrainer.accuracy(data.test(), data.testLabels(), plain.best());
    assertTrue(accuracy > 0.94, () -> "test accuracy " + accuracy);
    int steps = plain.epochs().size() * settings.training().schedule(data.train().length).batches();
    assertTrue(steps <= 30, () -> steps + " iterations");
  }

  @Test
  void demoOfSeveralOwners_isSecureAndItsFastVariantIsNot() {
    Path owners = CONF.resolve("demo-owners.conf");
    assertFalse(load(List.of(owners)).isInsecure());
    assertEquals(ValidationMetric.ENCRYPTED_LOSS, load(List.of(owners)).metric());
    assertTrue(load(List.of(owners, CONF.resolve("demo-owners-fast.conf"))).isInsecure());
  }

  @ParameterizedTest
  @ValueSource(strings = {"digits", "credit"})
  void data_areTheFileThatIsDescribed(String name) throws Exception {
    byte[] bytes = Files.readAllBytes(CONF.resolve("data/" + name + ".csv.gz"));
    String described = Files.readString(CONF.resolve("data/README.md"));
    assertTrue(described.contains(Digests.sha256(bytes)), Digests.sha256(bytes));
  }

  /** The profiles' paths belong to the root of the repository. */
  private static Settings load(List<Path> files) {
    return SettingsLoader.load(
        files, Map.of("data.train.features", CONF.resolve("data/digits.csv.gz").toString()));
  }
}
