package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.owner.ModelFormat;
import org.hetal.owner.PlainModel;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The digits in the files that decrypt-model and decrypt-predictions write, of real noise. */
@Tag("slow")
class RoundedFilesTest {
  private static final String OWN_USE = "; written with all digits, for your own use only";

  /** Backend, client and parameter set. */
  static Stream<Arguments> backendsAndClients() {
    return Stream.of(
        arguments("native", "backend", "insecure_n10_l12"),
        arguments("native", "openfhe", "insecure_n10_l12"),
        arguments("openfhe", "backend", "insecure_openfhe_n10_l13"));
  }

  @TempDir Path root;
  private OwnerFolder owner;

  private void encrypt(String backend, String client, String parameters) throws Exception {
    Assumptions.assumeTrue(
        !(backend + client).contains("openfhe") || OpenFhe.isAvailable(), "needs OpenFHE");
    owner = new OwnerFolder(root, backend, client, parameters);
    run("keygen");
    run("encrypt");
    owner.train("cluster/dataset", "cluster/run", "first");
  }

  private void run(String command, String... more) {
    assertEquals(0, owner.hetal(command, more), owner.output);
  }

  /** The noise that the command printed, before what it says of the digits. */
  private double noise(String what, String rest) {
    Matcher found =
        Pattern.compile("noise of a " + what + ": (\\S+)" + rest + "$", Pattern.MULTILINE)
            .matcher(owner.output);
    assertTrue(found.find(), owner.output);
    double noise = Double.parseDouble(found.group(1));
    assertTrue(noise > 0 && noise < 1e-2, owner.output);
    return noise;
  }

  /** The decimals that the command printed: as many as are above the noise. */
  private int decimals(String what, String values) {
    Matcher found =
        Pattern.compile("; " + values + " rounded to (\\d+) decimals").matcher(owner.output);
    assertTrue(found.find(), owner.output);
    int decimals = Integer.parseInt(found.group(1));
    double noise = noise(what, "; " + values + " rounded to " + decimals + " decimals");
    // The noise is printed with two digits.
    assertTrue(Math.pow(10, -decimals) >= 0.95 * noise, owner.output);
    return decimals;
  }

  private static double rounded(double value, int decimals) {
    return new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN).doubleValue();
  }

  @ParameterizedTest
  @MethodSource("backendsAndClients")
  void modelFiles_holdRoundedWeightsUnlessAllDigitsAreWanted(
      String backend, String client, String parameters) throws Exception {
    encrypt(backend, client, parameters);
    run("decrypt-model", "--format", "npz,json,spark-ml,onnx");
    int decimals = decimals("weight", "weights");
    String folder = root.resolve("all-digits").toString();
    run("decrypt-model", "--set", "paths.model=" + folder, "--all-digits");
    noise("weight", OWN_USE);
    double[][] written = PlainModel.load(root.resolve("owner/model")).weights();
    double[][] all = PlainModel.load(Path.of(folder)).weights();
    boolean differs = false;
    for (int label = 0; label < all.length; label++) {
      for (int i = 0; i < all[label].length; i++) {
        assertEquals(rounded(all[label][i], decimals), written[label][i]);
        differs |= written[label][i] != all[label][i];
      }
    }
    assertTrue(differs, Arrays.deepToString(all));
    requireNothingBelow(root.resolve("owner/model"));
  }

  /** Every file of the model can be made from the rounded weights in model.json. */
  private void requireNothingBelow(Path model) throws Exception {
    Path made = root.resolve("made");
    PlainModel.load(model).save(made, EnumSet.allOf(ModelFormat.class));
    try (Stream<Path> files = Files.walk(model)) {
      List<Path> all = files.filter(Files::isRegularFile).toList();
      assertTrue(all.size() >= 5, all.toString());
      for (Path file : all) {
        String name = model.relativize(file).toString();
        // Spark's metadata have the time.
        if (!name.startsWith("spark-ml/metadata")) {
          assertArrayEquals(Files.readAllBytes(made.resolve(name)), Files.readAllBytes(file), name);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backendsAndClients")
  void predictions_areRoundedUnlessAllDigitsAreWanted(
      String backend, String client, String parameters) throws Exception {
    encrypt(backend, client, parameters);
    Path rows = Files.writeString(root.resolve("new.csv"), "1,0,0,0\n0,1,0,0\n");
    run("encrypt", "--rows", rows.toString(), "--output", root.resolve("new").toString());
    owner.predict("new", "logits");
    String logits = root.resolve("logits").toString();
    run("decrypt-predictions", "--logits", logits, "-o", root.resolve("p.csv").toString());
    int decimals = decimals("logit", "probabilities");
    String all = root.resolve("all.csv").toString();
    run("decrypt-predictions", "--logits", logits, "-o", all, "--all-digits");
    noise("logit", OWN_USE);
    List<String> written = owner.lines("p.csv");
    List<String> exact = owner.lines("all.csv");
    assertEquals(3, written.size(), written.toString());
    assertEquals(written.get(0), exact.get(0));
    for (int row = 1; row < written.size(); row++) {
      String[] fewer = written.get(row).split(",");
      String[] more = exact.get(row).split(",");
      for (int i = 2; i < fewer.length; i++) {
        assertTrue(fewer[i].matches("[01]\\.[0-9]{" + decimals + "}"), fewer[i]);
        double probability = Double.parseDouble(more[i]);
        assertEquals(
            probability, Double.parseDouble(fewer[i]), 0.5 * Math.pow(10, -decimals) + 1e-12);
        assertTrue(rounded(probability, decimals) != probability, more[i]);
      }
    }
  }
}
