package org.hetal.spark.storage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Names a process so that another one can tell whether it is gone. A process number means something
 * only under the same kernel since its start (boot id), in the same PID namespace and to the same
 * user, who may see the process; host names are for people. Where one of these is not known, as on
 * systems without {@code /proc}, nothing is said about the process.
 */
final class ProcessMark {
  private static final Path PROC = Path.of("/proc");
  private static final String UNKNOWN = "unknown";

  /** What must be equal before a process number is looked at. */
  private static final String[] PLACE = {"boot", "pid_namespace", "user"};

  private ProcessMark() {}

  /** Of this process, by name. */
  static Map<String, String> own() {
    long pid = ProcessHandle.current().pid();
    Map<String, String> mark = new LinkedHashMap<>();
    mark.put("host", host());
    mark.put("pid", Long.toString(pid));
    mark.put("started", startTicks(pid).orElse(UNKNOWN));
    mark.put("boot", text(PROC.resolve("sys/kernel/random/boot_id")));
    mark.put("pid_namespace", link(PROC.resolve("self/ns/pid")));
    mark.put("user", user());
    return mark;
  }

  /**
   * Whether the process of that mark has certainly ended. False when it lives, and when this
   * process cannot tell.
   */
  static boolean isGone(Map<String, String> mark) {
    Map<String, String> own = own();
    for (String name : PLACE) {
      String value = own.get(name);
      if (value.equals(UNKNOWN) || !value.equals(mark.get(name))) {
        return false;
      }
    }
    String started = mark.getOrDefault("started", UNKNOWN);
    String pid = mark.getOrDefault("pid", "");
    if (started.equals(UNKNOWN) || !pid.matches("[1-9][0-9]{0,9}")) {
      return false;
    }
    return !startTicks(Long.parseLong(pid)).equals(Optional.of(started));
  }

  /** Clock ticks from the start of the system to that of the process; empty when there is none. */
  private static Optional<String> startTicks(long pid) {
    String stat = text(PROC.resolve(Long.toString(pid)).resolve("stat"));
    // The second field is a file name in parentheses, which may hold blanks and parentheses.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    return fields.length >= 20 ? Optional.of(fields[19]) : Optional.empty();
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  private static String link(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return UNKNOWN;
    }
  }

  private static String user() {
    try {
      return Files.getAttribute(PROC.resolve("self"), "unix:uid").toString();
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return UNKNOWN;
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
