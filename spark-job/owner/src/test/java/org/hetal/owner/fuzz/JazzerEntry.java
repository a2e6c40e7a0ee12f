package org.hetal.owner.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Jazzer calls. The property {@code hetal.fuzz.target} names the target; dev/fuzz.sh sets it.
 */
public final class JazzerEntry {
  private static FuzzTarget target;

  private JazzerEntry() {}

  public static void fuzzerInitialize() {
    target = FuzzTargets.named(System.getProperty("hetal.fuzz.target"));
  }

  public static void fuzzerTestOneInput(byte[] input) {
    target.accepts(input);
  }

  /** Prints the names of the targets; with a folder, writes the seeds of each below it. */
  public static void main(String[] arguments) throws IOException {
    for (FuzzTarget each : FuzzTargets.all()) {
      System.out.println(each.name());
      if (arguments.length > 0) {
        Path folder = Files.createDirectories(Path.of(arguments[0], each.name(), "seeds"));
        for (int i = 0; i < each.seeds().size(); i++) {
          Files.write(folder.resolve("seed-" + i), each.seeds().get(i));
        }
      }
    }
  }
}
