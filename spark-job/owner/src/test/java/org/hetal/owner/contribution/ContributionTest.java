package org.hetal.owner.contribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.hetal.config.Settings;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.ClientBackend;
import org.hetal.he.owner.PublicEncryptor;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.Splits;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.LabelColumn;
import org.hetal.owner.table.Table;
import org.hetal.plan.DataShape;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContributionTest {
  private static final String SIMULATED = "insecure_simulator_n10_l12";
  private static final Settings.Data DATA = OwnersRows.data("standardize", "true");

  @TempDir Path folder;

  /** A key holder and what the data owners have of it. */
  private record Keys(Client client, PublicEncryptor encryptor) implements AutoCloseable {
    @Override
    public void close() {
      encryptor.close();
      client.close();
    }
  }

  private Keys keys(String backend, String set) {
    ClientBackend keys = ClientBackend.find(backend, backend).orElseThrow();
    Client client = keys.generate(set, 1, null);
    Path file = folder.resolve(client.keyId() + ".key");
    client.savePublicKey(file);
    return new Keys(client, keys.encryptor(file, set, 1));
  }

  private Keys simulated() {
    return keys("simulator", SIMULATED);
  }

  private static Contribution contributed(List<Splits> owners, Settings.Data data, Keys keys) {
    Contribution sum = null;
    for (Splits owner : owners) {
      sum = Contribution.of(owner, data, keys.encryptor(), sum, "previous");
    }
    return sum;
  }

  /** Equal to the last bit: sums are exact, and each number is rounded once. */
  @ParameterizedTest
  @CsvSource({
    "simulator, insecure_simulator_n10_l12, refuse, 0",
    "simulator, insecure_simulator_n10_l12, mean, 0.2",
    "simulator, insecure_simulator_n10_l12, zero, 0.2",
    "native, insecure_n10_l12, mean, 0.2"
  })
  void threeOwners_fitAsOneOwnerOfAllRows(
      String backend, String set, String missing, double missingShare) {
    Settings.Data data = OwnersRows.data("standardize", "true", "missing", missing);
    List<Splits> owners = OwnersRows.three(missingShare);
    Splits union = OwnersRows.union(owners);
    try (Keys keys = keys(backend, set)) {
      Path file = folder.resolve("sum.json");
      contributed(owners, data, keys).write(file);
      Contribution read = Contribution.read(file);
      Contribution.Opened opened = read.open("sum", data, keys.client(), null, () -> {});
      assertEquals(3, opened.contributions());
      Preparation actual = opened.common().preparation();
      Preparation exact =
          CommonFit.fit(
              Totals.of(union).training(), OwnersRows.NAMES, PlanSettings.preprocessing(data));
      assertArrayEquals(exact.kept(), actual.kept());
      assertArrayEquals(exact.fills(), actual.fills());
      assertArrayEquals(exact.means(), actual.means());
      assertArrayEquals(exact.deviations(), actual.deviations());
      assertEquals(exact.factor(), actual.factor());
      Preparation alone = Preparation.fit(union, data);
      assertEquals(new DataShape(387, 33, alone.features()), opened.shape());
      assertArrayEquals(alone.kept(), actual.kept());
      for (int i = 0; i < actual.kept().length; i++) {
        assertEquals(1, actual.deviations()[i] / alone.deviations()[i], 1e-12);
        assertEquals(
            alone.means()[i],
            actual.means()[i],
            1e-12 * Math.max(Math.abs(alone.means()[i]), alone.deviations()[i]));
      }
      assertNotEquals(
          opened.common().salt(),
          read.open("sum", data, keys.client(), null, () -> {}).common().salt(),
          "random");
    }
  }

  /** As many additions as are allowed, of equal noises, which is worse than of different ones. */
  @ParameterizedTest
  @CsvSource({"insecure_n10_l12"})
  void noiseOfAThousandContributions_isFarBelowAHalf(String set) {
    assertTrue(worstOfDoublings(set, 9) < 1e-3, "far below a half");
  }

  @ParameterizedTest
  @CsvSource({"n16_l12", "n16_l14"})
  @Tag("slow")
  void noiseOfAThousandContributions_isFarBelowAHalf_at128Bits(String set) {
    assertTrue(worstOfDoublings(set, 9) < 1e-2, "far below a half");
  }

  private double worstOfDoublings(String set, int doublings) {
    try (Keys keys = keys("native", set)) {
      int slots = keys.client().parameters().slotCount();
      double[] values = new double[slots];
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < slots; i++) {
        values[i] = random.nextInt(-(1 << 15), 1 << 15);
      }
      byte[] sum = keys.encryptor().encrypt(values, Contribution.LEVEL);
      for (int i = 0; i < doublings; i++) {
        sum = keys.encryptor().add(sum, sum);
      }
      double worst = 0;
      double[] actual = keys.client().decrypt(sum);
      for (int i = 0; i < slots; i++) {
        worst = Math.max(worst, Math.abs(actual[i] - (1 << doublings) * values[i]));
      }
      System.out.println(set + ": largest error of " + (1 << doublings) + " equal terms " + worst);
      assertTrue(worst > 0, "an encryption has noise");
      return worst;
    }
  }

  @Test
  void aContributionAddedTwice_isCountedTwice() {
    try (Keys keys = simulated()) {
      Splits owner = OwnersRows.three(0).get(1);
      Contribution.Opened opened =
          contributed(List.of(owner, owner), DATA, keys)
              .open("sum", DATA, keys.client(), null, () -> {});
      assertEquals(2, opened.contributions());
      assertEquals(300, opened.shape().trainingRows());
    }
  }

  private static void refused(String message, Runnable call) {
    RuntimeException e = assertThrows(RuntimeException.class, call::run);
    assertTrue(e instanceof DatasetException || e instanceof DataException, e.toString());
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  @Test
  void otherKeysSetsAndSettings_areNamed() {
    List<Splits> owners = OwnersRows.three(0);
    try (Keys keys = simulated();
        Keys other = simulated();
        Keys wide = keys("simulator", "insecure_simulator_n11_l12")) {
      Contribution first = contributed(owners.subList(0, 1), DATA, keys);
      refused(
          "previous: key: expected " + other.client().keyId() + ", actual " + first.keyId(),
          () -> Contribution.of(owners.get(1), DATA, other.encryptor(), first, "previous"));
      refused("sum: key: expected", () -> first.open("sum", DATA, other.client(), null, () -> {}));
      refused(
          "previous: parameters: expected insecure_simulator_n11_l12, as the key has, actual",
          () -> Contribution.of(owners.get(1), DATA, wide.encryptor(), first, "previous"));
      Settings.Data now =
          OwnersRows.data("bias", "0.5", "centering", "true", "missing", "mean", "classes", "3");
      String differences =
          "previous: data.classes: contributed with 2, now 3; data.bias: contributed with 1.0, now"
              + " 0.5; data.centering: contributed with false, now true; data.standardize:"
              + " contributed with true, now false; data.missing: contributed with refuse, now mean;"
              + " all owners and the key holder need the same settings";
      refused(
          differences,
          () -> Contribution.of(owners.get(1), now, keys.encryptor(), first, "previous"));
      Settings.Data scaled =
          OwnersRows.data("standardize", "true", "scaling", "none", "row-norm-bound", "9");
      refused(
          "sum: data.scaling: contributed with max-row-norm, now none; data.row-norm-bound",
          () -> first.open("sum", scaled, keys.client(), null, () -> {}));
    }
  }

  private static Splits named(List<String> names, int columns, boolean sparse) {
    Table table = Table.ofArrays("own", names, new double[][] {new double[columns]}, new int[] {0});
    if (sparse) {
      table =
          new Table(
              "own",
              table.numbers(),
              table.features(),
              table.labels(),
              new org.hetal.owner.table.SourceColumns(
                  "line", table.sourceColumns().positions(), List.of(), true));
    }
    return new Splits(table, table, null);
  }

  @Test
  void otherColumns_areNamed() {
    try (Keys keys = simulated()) {
      Contribution first = contributed(OwnersRows.three(0).subList(0, 1), DATA, keys);
      List<String> swapped = new ArrayList<>(OwnersRows.NAMES);
      swapped.set(2, "small");
      swapped.set(3, "constant");
      refused(
          "own column 2 (small): expected the column \"constant\" as in previous",
          () ->
              Contribution.of(named(swapped, 7, false), DATA, keys.encryptor(), first, "previous"));
      refused(
          "own: expected 7 features as in previous, actual 6",
          () ->
              Contribution.of(
                  named(List.of(), 6, false), DATA, keys.encryptor(), first, "previous"));
      Contribution wider =
          Contribution.of(named(List.of(), 5, true), DATA, keys.encryptor(), first, "previous");
      assertEquals(7, wider.columns(), "a file that leaves out zeros");
      assertEquals(OwnersRows.NAMES, wider.names());
    }
  }

  private static Splits labelled(String... words) {
    LabelColumn labels = new LabelColumn();
    for (String word : words) {
      labels.add(word);
    }
    double[][] rows = OwnersRows.rows(5, words.length, 0);
    Table table =
        Table.ofArrays("own", OwnersRows.NAMES, rows, null)
            .withLabels(labels.classes(row -> "row " + row, 3, null));
    return new Splits(table, table, null);
  }

  @Test
  void classesOfAllOwners_areJoined_andTooManyAreNamed() {
    Settings.Data data = OwnersRows.data("classes", "3");
    try (Keys keys = simulated()) {
      Contribution first = contributed(List.of(labelled("good", "bad", "good", "bad")), data, keys);
      assertEquals(List.of("bad", "good"), first.classNames());
      Contribution both =
          Contribution.of(
              labelled("ugly", "bad", "bad", "ugly"), data, keys.encryptor(), first, "previous");
      assertEquals(List.of("bad", "good", "ugly"), both.classNames());
      CommonPreparation common = both.open("sum", data, keys.client(), null, () -> {}).common();
      assertEquals(both.classNames(), common.classNames());
      assertEquals(3, common.classes());
      Table own = labelled("ugly", "bad", "bad", "ugly").train();
      assertArrayEquals(new int[] {1, 0, 0, 1}, own.labels());
      assertArrayEquals(new int[] {2, 0, 0, 2}, own.inClasses(common.classNames()).labels());
      assertEquals(own, own.inClasses(List.of("bad", "good")), "another word");
      refused(
          "own: labels: expected those of previous, \"bad\", \"good\", \"ugly\", as data.classes ="
              + " 3, actual also \"Good\"",
          () -> Contribution.of(labelled("Good", "bad"), data, keys.encryptor(), both, "previous"));
      refused(
          "labels: expected words, as in previous, actual numbers",
          () ->
              Contribution.of(
                  OwnersRows.three(0).get(0), data, keys.encryptor(), both, "previous"));
    }
  }

  @Test
  void damagedCiphertexts_areNamed() {
    List<Splits> owners = OwnersRows.three(0);
    try (Keys keys = keys("native", "insecure_n10_l12");
        Keys other = keys("native", "insecure_n10_l12")) {
      Contribution first = contributed(owners.subList(0, 1), DATA, keys);
      byte[] bad = first.ciphertexts().get(0).clone();
      bad[bad.length / 2] ^= 1;
      Contribution damaged = with(first, List.of(bad, first.ciphertexts().get(1)));
      refused(
          "previous: ciphertext 1: ciphertext: ",
          () -> Contribution.of(owners.get(1), DATA, keys.encryptor(), damaged, "previous"));
      refused(
          "sum: ciphertext 1: ", () -> damaged.open("sum", DATA, keys.client(), null, () -> {}));
      byte[] foreign = other.encryptor().encrypt(new double[] {1}, Contribution.LEVEL);
      Contribution mixed = with(first, List.of(first.ciphertexts().get(0), foreign));
      refused(
          "previous: ciphertext 2: ciphertext: key id",
          () -> Contribution.of(owners.get(1), DATA, keys.encryptor(), mixed, "previous"));
      byte[] high = keys.encryptor().encrypt(new double[] {1}, 3);
      Contribution level = with(first, List.of(high, high));
      refused(
          "previous: ciphertext 1: sum of ciphertexts: level: expected 3, actual 1",
          () -> Contribution.of(owners.get(1), DATA, keys.encryptor(), level, "previous"));
      Contribution fewer = with(first, first.ciphertexts().subList(0, 1));
      refused(
          "sum: ciphertexts: expected 2 for 7 columns, actual 1",
          () -> fewer.open("sum", DATA, keys.client(), null, () -> {}));
      byte[] half = keys.encryptor().encrypt(new double[] {0.5}, Contribution.LEVEL);
      Contribution noSums = with(first, List.of(half, half));
      refused(
          "sum: ciphertext 1, slot 0: expected a whole number",
          () -> noSums.open("sum", DATA, keys.client(), null, () -> {}));
    }
  }

  private static Contribution with(Contribution a, List<byte[]> ciphertexts) {
    return new Contribution(
        a.parameterSet(),
        a.parameterHash(),
        a.keyId(),
        a.columns(),
        a.names(),
        a.classes(),
        a.classNames(),
        a.preprocessing(),
        ciphertexts);
  }

  @Test
  void damagedFiles_areRefused() throws Exception {
    try (Keys keys = simulated()) {
      Path file = folder.resolve("sum.json");
      Contribution sum = contributed(OwnersRows.three(0), DATA, keys);
      sum.write(file);
      assertEquals(sum.digest(), Contribution.read(file).digest());
      byte[] good = Files.readAllBytes(file);
      SplittableRandom random = new SplittableRandom(3);
      for (int i = 0; i < 100; i++) {
        byte[] bad = good.clone();
        int at = i < 50 ? random.nextInt(600) : random.nextInt(bad.length - 600);
        byte was = bad[at];
        bad[at] ^= (byte) (1 + random.nextInt(127));
        if (was == ' ' || was == '\n') {
          continue;
        }
        Files.write(file, bad);
        refused(file.toString(), () -> Contribution.read(file));
      }
      refused("expected a file, actual none", () -> Contribution.read(folder.resolve("none")));
    }
  }

  @Test
  void commonPreparation_survivesItsFile() throws Exception {
    Path file = folder.resolve("preparation.json");
    try (Keys keys = simulated()) {
      Contribution sum = contributed(OwnersRows.three(0), DATA, keys);
      CommonPreparation common = sum.open("sum", DATA, keys.client(), null, () -> {}).common();
      common.write(file);
      CommonPreparation read = CommonPreparation.read(file);
      assertEquals(common.digest(), read.digest());
      assertEquals(64, read.digest().length());
      assertArrayEquals(common.preparation().means(), read.preparation().means());
      CommonPreparation again = sum.open("sum", DATA, keys.client(), null, () -> {}).common();
      assertNotEquals(common.digest(), again.digest());
      assertEquals(common.digest(), again.withSaltOf(file).digest(), "a repeated command");
      CommonPreparation fewer =
          contributed(OwnersRows.three(0).subList(0, 2), DATA, keys)
              .open("sum", DATA, keys.client(), null, () -> {})
              .common();
      assertEquals(fewer.digest(), fewer.withSaltOf(file).digest(), "other numbers");
      assertEquals(
          sum.open("sum", DATA, keys.client(), 5L, () -> {}).common().digest(),
          sum.open("sum", DATA, keys.client(), 5L, () -> {}).common().digest());
      String text = Files.readString(file);
      Files.writeString(file, text.replaceFirst("\"factor\" : ", "\"factor\" : 1"));
      refused("sha256: expected", () -> CommonPreparation.read(file));
      assertEquals(again.digest(), again.withSaltOf(file).digest(), "a damaged file");
    }
  }

  @Test
  void commonPreparation_refusesWhatFitsNoRows() {
    double[] one = {1};
    refused("salt: expected 64 hexadecimal digits", () -> common("ab", new int[] {0}, one, one, 1));
    String salt = "0a".repeat(32);
    common(salt, new int[] {0}, one, one, 1);
    refused("preparation.kept: expected ascending", () -> common(salt, new int[] {2}, one, one, 1));
    refused(
        "preparation.kept: expected ascending",
        () -> common(salt, new int[] {1, 1}, new double[2], new double[] {1, 1}, 1));
    refused("preparation.kept: expected 1 to", () -> common(salt, new int[0], one, one, 1));
    refused(
        "preparation.means: expected 1 numbers",
        () -> common(salt, new int[] {0}, new double[2], one, 1));
    refused(
        "preparation.deviations: expected a positive",
        () -> common(salt, new int[] {0}, one, new double[1], 1));
    refused(
        "preparation.means: expected finite",
        () -> common(salt, new int[] {0}, new double[] {Double.NaN}, one, 1));
    refused("preparation.factor: expected", () -> common(salt, new int[] {0}, one, one, 0));
    refused(
        "classes: expected 2 to 64, actual 1",
        () -> new CommonPreparation(salt, "ab".repeat(16), List.of(), 1, null));
    refused(
        "classNames: expected different ones",
        () -> new CommonPreparation(salt, "ab".repeat(16), List.of("a", "a"), 2, null));
  }

  private static CommonPreparation common(
      String salt, int[] kept, double[] means, double[] deviations, double factor) {
    return new CommonPreparation(
        salt,
        "ab".repeat(16),
        List.of("a", "b"),
        2,
        new Preparation(
            2, List.of("x", "y"), kept, new double[0], means, deviations, factor, 1, 1));
  }
}
