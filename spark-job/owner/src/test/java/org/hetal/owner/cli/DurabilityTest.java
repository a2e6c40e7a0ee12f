package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.hetal.he.conformance.FileRecord;
import org.hetal.he.library.OwnerOnly;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the owner's commands rename is on the disk before, and its name after. */
@Tag("slow")
class DurabilityTest {
  private static final List<String> EXPECTED =
      List.of(
          "cluster/dataset/manifest.json",
          "cluster/dataset/plan.json",
          "cluster/dataset/train/group-00000/x-0000.ct",
          "cluster/dataset/train/group-00000/y.ct",
          "cluster/dataset/unlabelled/group-00002/x-0000.ct",
          "cluster/keys/from_sparse.key",
          "cluster/keys/manifest",
          "cluster/keys/relinearization.key",
          "cluster/keys/to_sparse.key",
          "cluster/plan.json",
          "cluster/run/model/manifest.json",
          "cluster/run/model/w-0000.ct",
          "logits/manifest.json",
          "logits/z-0000.ct",
          "new/manifest.json",
          "new/plan.json",
          "new/unlabelled/group-00000/x-0000.ct",
          "out.csv",
          "owner/datasets/ID.json",
          "owner/evaluation-keys/ID",
          "owner/model/model.json",
          "owner/model/model.npz",
          "owner/plans/ID.json",
          "owner/rows/ID.json",
          "owner/secret.key");

  @TempDir Path folder;

  @Test
  void filesAreSynchronized_thenRenamed_thenTheirFolderIsSynchronized() throws Exception {
    Path root = folder.toRealPath();
    Path record = root.resolve("record");
    List<String> line = CommandRun.line(List.of(root.toString()));
    line.set(line.indexOf(HetalOwner.class.getName()), Commands.class.getName());
    CommandRun run =
        CommandRun.process(line, FileRecord.environment(record), root.resolve("output"));
    assertEquals(0, run.status(), run.output());
    Set<String> names = new TreeSet<>();
    for (String name : FileRecord.requireDurable(record, root)) {
      if (!name.matches("cluster/keys/galois_.*|.*/group-00001/.*")) {
        names.add(name.replaceAll("[0-9a-f]{32}", "ID"));
      }
    }
    assertEquals(String.join("\n", new TreeSet<>(EXPECTED)), String.join("\n", names));
  }

  /** Runs with the recorder preloaded. */
  static final class Commands {
    public static void main(String[] arguments) throws Exception {
      Path root = Path.of(arguments[0]);
      OwnerFolder owner = new OwnerFolder(root, "native", "insecure_n10_l12");
      run(owner, "keygen");
      run(owner, "encrypt");
      owner.train("cluster/dataset", "cluster/run", "run");
      run(owner, "decrypt-model");
      Path rows = Files.writeString(root.resolve("new.csv"), "1,0,0,0\n0,1,0,0\n");
      String encrypted = root.resolve("new").toString();
      run(owner, "encrypt", "--rows", rows.toString(), "--output", encrypted);
      owner.predict("new", "logits");
      String logits = root.resolve("logits").toString();
      String out = root.resolve("out.csv").toString();
      run(owner, "decrypt-predictions", "--logits", logits, "--output", out);
      Path passphrase = Files.createFile(root.resolve("passphrase"), OwnerOnly.file());
      Files.writeString(passphrase, "correct horse battery");
      run(owner, "change-passphrase", "--new-passphrase", passphrase.toString());
    }

    private static void run(OwnerFolder owner, String command, String... more) {
      if (owner.hetal(command, more) != 0) {
        throw new AssertionError(command + ": " + owner.output);
      }
    }
  }
}
