package org.hetal.tools;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.io.FileUtils;

/**
 * A small file system in memory for the run directory of one training, and a file that fills it. It
 * is mounted in a mount namespace, which only drivers enter: no other process of the cluster opens
 * the run directory. The namespace ends with the process that holds it, and that process ends when
 * this program does, for whatever reason. So nothing stays mounted.
 */
final class ChaosDisk implements AutoCloseable {
  static final int MIB = 32;
  static final int NAMES = 1024;

  private static final Pattern MOUNTED = Pattern.compile("(?m)^(mounted)$");
  private static final String FULL = "No space left on device";
  private static final int CHUNK = 1 << 16;

  /** The end of this program ends cat. */
  private static final String HOLD =
      String.format(
          Locale.ROOT,
          "mount -t tmpfs -o mode=0700,size=%dm,nr_inodes=%d hetal-chaos \"$1\""
              + " && echo mounted && exec cat",
          MIB,
          NAMES);

  /** As root, or as root of a user namespace where any user may make one. */
  private static final List<List<String>> WAYS =
      List.of(List.of("--mount"), List.of("--user", "--map-root-user", "--mount"));

  private final Process holder;
  private final List<String> entering;
  private final Path folder;
  private int named;

  private ChaosDisk(Process holder, List<String> entering, Path folder) {
    this.holder = holder;
    this.entering = entering;
    this.folder = folder;
  }

  /**
   * Mounts a file system.
   *
   * @param folder to mount it on; made if it is not there
   * @param log gets what the programs print
   * @return empty where this machine does not let this user mount
   */
  static Optional<ChaosDisk> mount(LoggedProcesses processes, Path folder, Path log) {
    return mount(processes, folder, log, WAYS);
  }

  /**
   * @param ways options of unshare, tried in this order
   */
  static Optional<ChaosDisk> mount(
      LoggedProcesses processes, Path folder, Path log, List<List<String>> ways) {
    Path absolute = folder.toAbsolutePath();
    try {
      Files.createDirectories(absolute);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (List<String> way : ways) {
      List<String> command = new ArrayList<>(List.of("unshare"));
      command.addAll(way);
      command.addAll(List.of("sh", "-c", HOLD, "hold", absolute.toString()));
      Optional<Process> holder = start(processes, command, log);
      if (holder.isPresent() && LoggedProcesses.says(holder.get(), MOUNTED, log)) {
        return Optional.of(new ChaosDisk(holder.get(), entering(way, holder.get()), absolute));
      }
    }
    return Optional.empty();
  }

  private static Optional<Process> start(
      LoggedProcesses processes, List<String> command, Path log) {
    try {
      return Optional.of(processes.start(command, Map.of(), log));
    } catch (UncheckedIOException e) { // no such program
      return Optional.empty();
    }
  }

  private static List<String> entering(List<String> way, Process holder) {
    List<String> out = new ArrayList<>(List.of("nsenter", "--target", Long.toString(holder.pid())));
    way.stream().filter(each -> !each.startsWith("--map")).forEach(out::add);
    if (way.contains("--user")) {
      out.add("--preserve-credentials");
    }
    return out;
  }

  /**
   * The words before a command that let it see the file system.
   *
   * @param at folder to run it in
   */
  List<String> enter(Path at) {
    List<String> out = new ArrayList<>(entering);
    out.addAll(List.of("--", "env", "--chdir=" + at.toAbsolutePath()));
    return out;
  }

  /** The root of the file system as a path of this process, which has not entered it. */
  Path root() {
    return Path.of("/proc", Long.toString(holder.pid()), "root")
        .resolve(folder.toString().substring(1));
  }

  /** The same for those that have. */
  Path rootInside() {
    return folder;
  }

  private File filler() {
    return root().resolve("filler").toFile();
  }

  /**
   * Fills it until no more than so many bytes, rounded up to pages, are left; does nothing where
   * less is left already.
   */
  void fill(long left) {
    try (FileChannel file =
        FileChannel.open(filler().toPath(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      ByteBuffer zeros = ByteBuffer.allocate(CHUNK);
      for (long more = free() - left; more > 0; more = free() - left) {
        zeros.clear().limit((int) Math.min(more, CHUNK));
        file.write(zeros);
      }
    } catch (IOException e) {
      requireFull(e); // a driver wrote at the same time
    }
  }

  /** Makes files without bytes until no file and no folder can be made. */
  void useUpNames() {
    try {
      Files.createDirectories(names());
      while (true) {
        Files.createFile(names().resolve(Integer.toString(named)));
        named++;
      }
    } catch (IOException e) {
      requireFull(e);
    }
  }

  private Path names() {
    return root().resolve("names");
  }

  private static void requireFull(IOException e) {
    if (!String.valueOf(e.getMessage()).contains(FULL)) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes that can still be written. */
  long free() {
    return root().toFile().getUsableSpace();
  }

  /** Makes room again. */
  void empty() {
    try {
      Files.deleteIfExists(filler().toPath());
      FileUtils.deleteDirectory(names().toFile());
      named = 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the namespace. Its files are gone when the last process in it has ended. */
  @Override
  public void close() {
    Signals.kill(holder);
  }
}
