package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluation keys are made again from the secret key, and finished ones are kept. */
class KeygenTest {
  @TempDir Path root;
  private OwnerFolder owner;

  @BeforeEach
  void encrypt() throws Exception {
    owner = new OwnerFolder(root, "simulator", "insecure_simulator_n8_l12");
    run(0, "keygen");
    run(0, "encrypt");
  }

  private void run(int status, String command, String... more) {
    assertEquals(status, owner.hetal(command, more), owner.output);
  }

  private void refused(int status, String message, String command, String... more) {
    run(status, command, more);
    assertTrue(owner.output.contains(message), owner.output);
  }

  @Test
  void evaluationKeys_areMadeAgainFromTheSecretKey() throws Exception {
    byte[] key = Files.readAllBytes(root.resolve("owner/secret.key"));
    Path manifest = root.resolve("cluster/keys/manifest");
    byte[] before = Files.readAllBytes(manifest);
    Files.delete(manifest);
    run(0, "keygen", "--evaluation-keys-only");
    assertArrayEquals(before, Files.readAllBytes(manifest), "the same plan, the same key id");
    assertArrayEquals(key, Files.readAllBytes(root.resolve("owner/secret.key")));
    Files.move(root.resolve("owner/secret.key"), root.resolve("owner/elsewhere.key"));
    Files.delete(manifest);
    refused(
        65,
        "hetal keygen without --evaluation-keys-only makes one",
        "keygen",
        "--evaluation-keys-only");
    assertFalse(Files.exists(root.resolve("owner/secret.key")));
  }

  @Test
  void evaluationKeysOfAnotherPlan_areKeptAndNoticedByEncrypt() throws Exception {
    String[] wide = {
      "--set",
      "training.logit-range=128",
      "--set",
      "training.batch-rows=40",
      "--set",
      "paths.dataset=" + root.resolve("cluster/dataset-2"),
      "--set",
      "paths.plan=" + root.resolve("cluster/plan-2.json"),
      "--set",
      "data.train.features=" + Files.writeString(root.resolve("wide.csv"), wide(40))
    };
    byte[] before = Files.readAllBytes(root.resolve("cluster/keys/manifest"));
    refused(65, "training.logit-range: planned with 64, now 128", "keygen", without(wide));
    refused(73, "a finished bundle of the same secret key without ", "keygen", wide);
    assertTrue(owner.output.contains("Move it away or set another paths.key-bundle"), owner.output);
    refused(78, "hetal keygen --evaluation-keys-only -c FILE", "encrypt", wide);
    assertArrayEquals(before, Files.readAllBytes(root.resolve("cluster/keys/manifest")));
    List<String> more = new ArrayList<>(List.of(wide));
    more.addAll(List.of("--set", "paths.key-bundle=" + root.resolve("cluster/keys-2")));
    run(0, "keygen", more.toArray(String[]::new));
    run(0, "encrypt", more.toArray(String[]::new));
  }

  /** The settings with the plan that is there. */
  private String[] without(String[] wide) {
    List<String> out = new ArrayList<>(List.of(wide));
    int plan = out.indexOf("paths.plan=" + root.resolve("cluster/plan-2.json"));
    out.subList(plan - 1, plan + 1).clear();
    return out.toArray(String[]::new);
  }

  private static String wide(int columns) {
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder out = new StringBuilder();
    for (int row = 0; row < 90; row++) {
      for (int column = 0; column < columns; column++) {
        out.append(String.format(Locale.ROOT, "%.3f,", random.nextDouble()));
      }
      out.append(row % 3).append('\n');
    }
    return out.toString();
  }
}
