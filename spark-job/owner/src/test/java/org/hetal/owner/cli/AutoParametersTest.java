package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.hetal.dataset.PlanFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code parameters = auto} the plan has the set, and every later command takes it. */
class AutoParametersTest {
  private static final String TOY = "insecure_simulator_n8_l12";

  @TempDir Path root;
  private OwnerFolder owner;

  private void run(int status, String command, String... more) {
    assertEquals(status, owner.hetal(command, more), owner.output);
  }

  private void refused(int status, String message, String command, String... more) {
    run(status, command, more);
    assertTrue(owner.output.contains(message), owner.output);
  }

  private String planned() {
    return PlanFile.read(root.resolve("cluster/plan.json")).parameters().name();
  }

  @Test
  void plan_choosesTheFastestSetAndLaterCommandsTakeIt() throws Exception {
    owner = new OwnerFolder(root, "simulator", "auto");
    run(0, "plan");
    assertEquals("insecure_simulator_n16_l14", planned(), "two bootstraps instead of three");
    assertTrue(
        owner
            .output
            .lines()
            .anyMatch(
                line ->
                    line.matches(
                        ".*chosen by +seconds of an iteration: insecure_simulator_n16_l14 [0-9.]+ s"
                            + " with 2 bootstraps, keys of .*; insecure_simulator_n16_l12 [0-9.]+ s"
                            + " with 3 bootstraps, keys of .*n16_l14_2_threads.json.*")),
        owner.output);
    byte[] plan = Files.readAllBytes(root.resolve("cluster/plan.json"));
    run(0, "keygen");
    run(0, "encrypt");
    assertEquals(planned(), owner.dataset("cluster/dataset").origin().parameterSet());
    assertEquals(-1, Files.mismatch(root.resolve("cluster/plan.json"), copy(plan)), "kept");
    refused(65, planned(), "encrypt", "--set", "parameters=insecure_simulator_n16_l12");
  }

  @Test
  void keygenWithoutAPlan_choosesAndSaysWhy() throws Exception {
    owner = new OwnerFolder(root, "simulator", "auto");
    run(0, "keygen");
    assertTrue(owner.output.contains("parameter set " + planned() + " chosen by "), owner.output);
    run(0, "keygen");
    assertTrue(owner.output.contains("done already"), owner.output);
    assertFalse(owner.output.contains("chosen by"), owner.output);
  }

  @Test
  void everyLaterCommand_takesTheSetOfThePlanOrTheRecord() throws Exception {
    owner = new OwnerFolder(root, "simulator", TOY);
    String[] auto = {"--set", "parameters=auto"};
    run(0, "plan");
    run(0, "keygen", auto);
    run(0, "encrypt", auto);
    run(0, "encrypt", auto);
    assertTrue(owner.output.contains("done already"), owner.output);
    owner.train("cluster/dataset", "cluster/run", "default");
    run(0, "decrypt-model", auto);
    run(0, "evaluate", "--softmax", "--set", "parameters=auto");
    String other = "insecure_simulator_n9_l12";
    refused(65, other, "keygen", "--set", "parameters=" + other);
    // The owner plans anew with another set: what is encrypted keeps its own.
    run(0, "plan", "--set", "parameters=" + other);
    run(0, "decrypt-model", auto);
    Files.delete(root.resolve("cluster/plan.json"));
    run(0, "decrypt-model", auto);
    run(0, "evaluate", auto);
    Path rows = Files.writeString(root.resolve("new.csv"), "1,0,0,0\n0,1,0,0\n0,0,1,0\n");
    run(0, "encrypt", with(auto, "--rows", rows, "--output", root.resolve("new")));
    owner.predict("new", "logits");
    run(
        0,
        "decrypt-predictions",
        with(auto, "--logits", root.resolve("logits"), "--output", root.resolve("out.csv")));
  }

  @Test
  void insecurePlanOfTheEngine_isRefusedUnlessTheSettingsNameIt() throws Exception {
    owner = new OwnerFolder(root, "native", "insecure_n10_l12");
    run(0, "plan");
    String[] auto = {"--set", "parameters=auto"};
    refused(
        65,
        "expected a secure parameter set of the backend native with parameters = auto, actual"
            + " insecure_n10_l12",
        "keygen",
        auto);
    assertFalse(Files.exists(root.resolve("owner/secret.key")));
    run(0, "keygen");
    refused(65, "expected a secure parameter set", "encrypt", auto);
    assertFalse(Files.exists(root.resolve("cluster/dataset")));
  }

  @Test
  void widerRange_isPlannedWithTheSetThatIsFasterThere() throws Exception {
    owner = new OwnerFolder(root, "native", "auto");
    run(0, "plan");
    assertEquals("n16_l14", planned());
    assertFalse(owner.output.contains("INSECURE"), owner.output);
    run(0, "plan", "--set", "training.logit-range=128");
    String chosen = planned();
    run(0, "plan", "--set", "training.logit-range=128", "--set", "parameters=" + chosen);
    assertFalse(owner.output.contains("a faster set"), owner.output);
    String other = chosen.equals("n16_l12") ? "n16_l14" : "n16_l12";
    run(0, "plan", "--set", "training.logit-range=128", "--set", "parameters=" + other);
    assertTrue(owner.output.contains("a faster set            " + chosen), owner.output);
  }

  @Test
  void secretKeyOfAnotherSetThanTheChosenOne_isRefusedBeforeAPlanIsWritten() throws Exception {
    owner = new OwnerFolder(root, "simulator", TOY);
    run(0, "keygen");
    Path plan = root.resolve("cluster/plan.json");
    Files.delete(plan);
    refused(65, "actual " + TOY, "keygen", "--set", "parameters=auto");
    assertFalse(Files.exists(plan));
  }

  @Test
  void costsOfBothSets_decideTheChoice() throws Exception {
    owner = new OwnerFolder(root, "native", "auto");
    Path small = costs("n16_l12", 2.0);
    Path large = costs("n16_l14", 3.5);
    run(0, "plan", "--costs", small + "," + large);
    assertEquals("n16_l12", planned(), "three bootstraps of 2 s before two of 3.5 s");
    assertTrue(owner.output.contains("costs: " + small + ", " + large), owner.output);
    assertTrue(owner.output.contains("one worker like that of " + small), owner.output);
    Path faster = costs("n16_l14", 2.5);
    run(0, "plan", "--costs", small + "," + faster);
    assertEquals("n16_l14", planned());
  }

  @Test
  void costsOfOneSet_areRefusedWhenTheOtherIsChosen() throws Exception {
    owner = new OwnerFolder(root, "native", "auto");
    Path small = costs("n16_l12", 2.0);
    refused(
        78,
        "--costs: expected figures of n16_l14, which parameters = auto chose by the project's own,"
            + " actual none in ["
            + small
            + "]; measure: hetal bench engine --set n16_l14",
        "plan",
        "--costs",
        small.toString());
    assertFalse(Files.exists(root.resolve("cluster/plan.json")));
    run(0, "plan", "--costs", costs("n16_l14", 9).toString());
    assertEquals("n16_l14", planned(), "by the project's own costs");
    assertTrue(owner.output.contains("n16_l12_2_threads_epyc.json"), owner.output);
  }

  /** With next to no time for rotations and products. */
  private Path costs(String set, double bootstrapSeconds) throws IOException {
    String entry =
        "{\"name\": \"%s\", \"parameter_set\": \"%s\", \"threads\": 4, \"median_s\": %s}";
    List<String> entries = new ArrayList<>();
    for (String name : List.of("rotate", "multiply", "bootstrap", "bootstrap_pair")) {
      double seconds = name.startsWith("bootstrap") ? bootstrapSeconds : 1e-6;
      entries.add(String.format(Locale.ROOT, entry, name, set, seconds));
    }
    return Files.writeString(
        root.resolve(set + "-" + bootstrapSeconds + ".json"), entries.toString());
  }

  private static String[] with(String[] set, Object... more) {
    return Stream.concat(Stream.of(set), Stream.of(more).map(Object::toString))
        .toArray(String[]::new);
  }

  private Path copy(byte[] bytes) throws IOException {
    return Files.write(root.resolve("copy.json"), bytes);
  }
}
