package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hetal.he.library.ProcessUser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The owner's commands where the system does not let a process lock memory. */
class UnlockedMemoryTest {
  private static final String NOTICE =
      "the system may write the secret key to swap space: expected ";
  private static final int KIBIBYTES_OF_A_KEY = 64;

  @TempDir Path folder;

  /** Root may lock in any case, unless it gives up that right. */
  private CommandRun run(OwnerFolder owner, String limit, String command, String... more)
      throws Exception {
    List<String> line =
        new ArrayList<>(List.of("sh", "-c", "ulimit -l " + limit + " && exec \"$@\"", "sh"));
    if (ProcessUser.id() == 0) {
      line.addAll(List.of("setpriv", "--bounding-set=-ipc_lock"));
    }
    line.addAll(CommandRun.line(owner.arguments(command, more)));
    return CommandRun.process(line, Map.of(), folder.resolve("log"));
  }

  @Test
  void aRefusedLock_isSaidOnceAndNoError() throws Exception {
    OwnerFolder owner =
        new OwnerFolder(
            Files.createDirectory(folder.resolve("owner")), "native", "insecure_n10_l12");
    for (String command : List.of("keygen", "encrypt")) {
      CommandRun run = run(owner, "0", command);
      assertEquals(0, run.status(), run.output());
      assertEquals(
          1, run.output().lines().filter(line -> line.contains(NOTICE)).count(), run.output());
      assertTrue(
          run.output().contains("RLIMIT_MEMLOCK); raise the limit with ulimit -l"), run.output());
    }
    CommandRun allowed = run(owner, "$(ulimit -H -l)", "encrypt");
    assertEquals(0, allowed.status(), allowed.output());
    if (hardLimit() >= KIBIBYTES_OF_A_KEY) {
      assertFalse(allowed.output().contains(NOTICE), allowed.output());
    }
  }

  @Test
  void aRefusedLockOfAContributorsSeed_isSaidOnceAndNoError() throws Exception {
    OwnerFolder owner =
        new OwnerFolder(
            Files.createDirectory(folder.resolve("owner")), "native", "insecure_n10_l12");
    assertEquals(0, owner.hetal("keygen", "--public-key"), owner.output);
    CommandRun run =
        run(
            owner,
            "0",
            "plan",
            "--contribute",
            folder.resolve("sums.json").toString(),
            "--set",
            "data.standardize=true",
            "--set",
            "early-stopping.metric=encrypted-loss");
    assertEquals(0, run.status(), run.output());
    String notice = NOTICE.replace("the secret key", "the seed of the encryption");
    assertEquals(
        1, run.output().lines().filter(line -> line.contains(notice)).count(), run.output());
    assertFalse(run.output().contains(NOTICE), run.output());
  }

  private long hardLimit() throws Exception {
    CommandRun run =
        CommandRun.process(List.of("sh", "-c", "ulimit -H -l"), Map.of(), folder.resolve("limit"));
    String limit = run.output().strip();
    return limit.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(limit);
  }
}
