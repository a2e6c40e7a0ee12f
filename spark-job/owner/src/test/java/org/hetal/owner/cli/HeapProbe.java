package org.hetal.owner.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs commands of the owner one after another in this JVM and dumps its heap, with the objects
 * that nothing refers to any more. With a collector that never collects these are all objects that
 * there ever were.
 */
final class HeapProbe {
  /** Stands between two commands. */
  static final String THEN = "--then";

  /** A file with this ending is read and not overwritten. */
  static final String NOT_WIPED = ".not-wiped";

  private static byte[] notWiped;

  private HeapProbe() {}

  /** FILE OF THE DUMP, COMMAND [--then COMMAND]... */
  public static void main(String[] arguments) throws Exception {
    Path dump = Path.of(arguments[0]);
    Path control = dump.resolveSibling(dump.getFileName() + NOT_WIPED);
    if (Files.exists(control)) {
      notWiped = Files.readAllBytes(control);
    }
    List<String> command = new ArrayList<>();
    for (String word : Arrays.copyOfRange(arguments, 1, arguments.length)) {
      if (word.equals(THEN)) {
        execute(command);
        command.clear();
      } else {
        command.add(word);
      }
    }
    execute(command);
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpHeap(dump.toString(), false);
    if (notWiped != null && notWiped.length == 0) {
      throw new IllegalStateException("the control is empty");
    }
  }

  private static void execute(List<String> command) {
    int status = HetalOwner.execute(command.toArray(String[]::new));
    if (status != 0) {
      System.exit(status);
    }
  }
}
