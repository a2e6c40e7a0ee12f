package org.hetal.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import org.hetal.command.ExitCode;
import org.hetal.command.SettingsCommand;
import org.hetal.config.SettingsException;
import org.hetal.owner.keys.TemporaryFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains again and again on a cluster on which things go wrong, and compares the bytes. */
@Command(
    name = "chaos",
    description = {
      "Trains on a toy ring on a standalone Spark cluster of this machine, and at random moments"
          + " kills, stops or starves an executor, a worker, the driver, the oracle or the datanode"
          + " of HDFS, fills the disk, truncates a checkpoint or a cached key, or changes the clock.",
      "Each training is finished by the documented command and must have the bytes of an"
          + " undisturbed one; exit code 70 if one has not, or if fewer faults happened. Needs"
          + " SPARK_HOME; for other clocks the program faketime; for a full file system a user who may mount one; for HDFS the jars"
          + " that dev/clusters_test.sh fetches."
    })
final class ChaosCommand extends SettingsCommand {
  private static final int MOST_WITHOUT_A_FAULT = 10;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "12",
      description = "Faults (default ${DEFAULT-VALUE}); each kind as often as the others.")
  private int kills;

  @Option(
      names = "--kills-per-training",
      paramLabel = "K",
      defaultValue = "5",
      description = "Faults during one training (default ${DEFAULT-VALUE}).")
  private int perTraining;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Chooses moments and the order of the faults (default ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--fault",
      split = ",",
      paramLabel = "NAME",
      description = "Only these, such as DRIVER_KILLED: ${COMPLETION-CANDIDATES}.")
  private List<ChaosFault> chosen = List.of();

  @Option(
      names = "--keep",
      paramLabel = "FOLDER",
      description = "Works in this folder, which must not exist, and keeps it with all logs.")
  private Path kept;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = {
        "Writes the figures there too.",
        "Adds them to those of the same commit that are there."
      })
  private Path json;

  @Override
  protected int execute() {
    if (kept == null) {
      try (TemporaryFolder folder = new TemporaryFolder("hetal-chaos")) {
        return chaos(folder.path());
      }
    }
    if (Files.exists(kept)) {
      throw new SettingsException("--keep: expected no folder " + kept + ", actual one");
    }
    return chaos(kept.toAbsolutePath());
  }

  private int chaos(Path folder) {
    Path hadoop = HdfsCluster.jarsOf(Programs.home());
    boolean hasHdfs = Files.isDirectory(hadoop);
    List<ChaosFault> faults = faults(hasHdfs);
    ChaosFigures figures = json == null ? null : new ChaosFigures(json, seed);
    int done = 0;
    int failed = 0;
    int withoutFault = 0;
    try (LoggedProcesses processes = new LoggedProcesses()) {
      ChaosSite site = new ChaosSite(processes, folder, StandaloneCluster.sparkHome(), hadoop);
      if (faults.contains(ChaosFault.DISK_FULL)) {
        tellHowDisksAreFilled(processes, folder);
      }
      String expected;
      int steps;
      long start = System.nanoTime();
      try (ChaosTraining training =
          new ChaosTraining(
              site, false, new SplittableRandom(seed), folder.resolve("undisturbed"))) {
        expected = training.undisturbed();
        steps = training.steps();
      }
      say(
          "undisturbed: %d steps, %.0f s, model %s",
          steps, (System.nanoTime() - start) * 1e-9, expected.substring(0, 16));
      ChaosOrder order = new ChaosOrder(faults, hasHdfs, seed);
      for (int number = 1; done < kills && withoutFault < MOST_WITHOUT_A_FAULT; number++) {
        ChaosOrder.Turn turn = order.next(Math.min(perTraining, kills - done));
        Path place = folder.resolve(String.format(Locale.ROOT, "training-%04d", number));
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
        ChaosTraining.Result result;
        try (ChaosTraining training = new ChaosTraining(site, turn.onHdfs(), random, place)) {
          result = training.run(turn.faults(), steps, expected);
        }
        order.putBack(turn.faults().subList(result.kills().size(), turn.faults().size()));
        done += result.kills().size();
        withoutFault = result.kills().isEmpty() ? withoutFault + 1 : 0;
        failed += result.difference().isEmpty() ? 0 : 1;
        show(done, result);
        if (figures != null) {
          figures.add(number, result);
        }
        if (result.difference().isEmpty() && kept == null) {
          Parties.delete(place);
        }
      }
    }
    say("%d faults; %d trainings ended otherwise than the undisturbed one", done, failed);
    if (done < kills) {
      warn(
          String.format(
              Locale.ROOT,
              "--kills: expected %d faults, actual %d: %d trainings in a row ended before the next"
                  + " one could happen",
              kills,
              done,
              withoutFault));
    }
    return failed == 0 && done >= kills ? ExitCode.OK.status() : ExitCode.INTERNAL.status();
  }

  private void tellHowDisksAreFilled(LoggedProcesses processes, Path folder) {
    Optional<ChaosDisk> disk =
        ChaosDisk.mount(processes, folder.resolve("probe"), folder.resolve("probe.log"));
    if (disk.isEmpty()) {
      warn(
          "not run: full file systems, since this user may not mount one (root may, and whoever"
              + " may unshare --user --map-root-user --mount); instead the driver can write no file"
              + " beyond some bytes");
    }
    disk.ifPresent(ChaosDisk::close);
  }

  /** Those that this machine can have. */
  private List<ChaosFault> faults(boolean hasHdfs) {
    List<ChaosFault> all =
        new ArrayList<>(chosen.isEmpty() ? Arrays.asList(ChaosFault.values()) : chosen);
    boolean clock = ChaosClock.library().isPresent();
    if (!clock && all.removeAll(List.of(ChaosFault.CLOCK_AHEAD, ChaosFault.CLOCK_BEHIND))) {
      warn("not run: other clocks, which need the program faketime (Debian package faketime)");
    }
    if (!hasHdfs && all.removeIf(each -> !each.canHappen(false))) {
      warn("not run: faults on HDFS, whose jars dev/clusters_test.sh fetches");
    }
    if (all.isEmpty()) {
      throw new SettingsException("--fault: expected one that this machine can have, actual none");
    }
    return all;
  }

  private void show(int done, ChaosTraining.Result result) {
    List<String> happened = new ArrayList<>();
    for (ChaosTraining.Kill kill : result.kills()) {
      String how = kill.how().isEmpty() ? "" : " (" + kill.how() + ")";
      happened.add(kill.fault().label() + " after step " + kill.step() + how);
    }
    say(
        "%3d  %s: %s; exit codes %s, %.0f s: %s",
        done,
        result.onHdfs() ? "HDFS" : "local",
        String.join(", ", happened),
        result.exits(),
        result.seconds(),
        result.difference().isEmpty() ? "same bytes" : "FAILED: " + result.difference());
  }
}
