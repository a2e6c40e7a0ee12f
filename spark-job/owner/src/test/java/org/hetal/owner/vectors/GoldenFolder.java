package org.hetal.owner.vectors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.PlanFile;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.TrainingPlanner;

/**
 * A committed folder of files of one format version. Tests read it, and compare it with what is
 * written today. A change of what is written needs a new version and a new folder; the old one
 * stays, and its readers with it. {@code -Dhetal.vectors.write=true} writes folders that are not
 * there yet.
 */
public final class GoldenFolder {
  private static final Path ROOT = Path.of("src/test/resources/org/hetal/owner/vectors");

  /** The folder of the plan by which the others were made. */
  static final String PLAN = "plan-1";

  static final SimulatedParameters PARAMETERS =
      SimulatedParameters.named("insecure_simulator_n6_l12");

  private GoldenFolder() {}

  /** The committed plan, which a later planner may not find any more; a new one before that. */
  static TrainingPlan plan() {
    Path folder = of(PLAN);
    return Files.exists(folder) ? PlanFile.read(new LocalStorage(folder)) : newPlan();
  }

  /** The plan that the planner of today finds: of two minibatches, the second one shorter. */
  static TrainingPlan newPlan() {
    Layout layout = LayoutSearch.cheapest(PARAMETERS.slotCount(), 8, 3, 4);
    Schedule schedule = new Schedule(13, 8, 4, 5, 3, 32, 1);
    return TrainingPlanner.plan(PARAMETERS, layout, schedule, 3, Preprocessing.none());
  }

  /** Where the folder is. */
  public static Path of(String name) {
    return ROOT.resolve(name);
  }

  /**
   * @param name of the committed folder
   * @param made the same files, made now
   */
  public static void requireSame(String name, Path made) {
    Path golden = of(name);
    List<String> files = files(made);
    try {
      if (Boolean.getBoolean("hetal.vectors.write") && !Files.exists(golden)) {
        for (String file : files) {
          Files.createDirectories(golden.resolve(file).getParent());
          Files.copy(made.resolve(file), golden.resolve(file));
        }
      }
      assertEquals(files(golden), files, "files of " + name);
      for (String file : files) {
        byte[] expected = Files.readAllBytes(golden.resolve(file));
        byte[] actual = Files.readAllBytes(made.resolve(file));
        assertArrayEquals(expected, actual, name + "/" + file + " is written differently now");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies a committed folder as an owner keeps files: readable and writable by nobody else. */
  public static Path privateCopy(String name, Path to) {
    try {
      for (String file : files(of(name))) {
        Path copy = to.resolve(file);
        Files.createDirectories(copy.getParent());
        Files.copy(of(name).resolve(file), copy);
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
      }
      return to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
