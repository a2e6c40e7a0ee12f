package org.hetal.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.io.FileUtils;
import org.hetal.command.ProgressBar;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.PlanFile;
import org.hetal.format.Json;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;

/** The commands of data owner and cluster, each in a process of its own on this machine. */
final class Parties {
  private final PrintStream out;
  private final ProgressBar bar;
  private final Settings settings;
  private final List<String> settingArguments;
  private final Programs programs;
  private final Path log;

  /**
   * @param bar gets the lines that the processes print
   * @param settingArguments how each command gets the settings; the oracle's port is added
   * @param log gets all that the processes print
   */
  Parties(
      PrintStream out,
      ProgressBar bar,
      Settings settings,
      List<String> settingArguments,
      Programs programs,
      Path log) {
    this.out = out;
    this.bar = bar;
    this.settings = settings;
    this.programs = programs;
    this.log = log;
    this.settingArguments = new ArrayList<>(settingArguments);
    this.settingArguments.add("--set");
    this.settingArguments.add("oracle.port=" + freePort());
  }

  /** Runs a command of the owner to its end; its seconds. */
  double owner(String name, String... more) {
    long start = System.nanoTime();
    List<String> command = with(programs.owner(), command(name, more));
    try (DemoProcess process = DemoProcess.shown("owner", command, log, bar)) {
      process.await(() -> {});
    }
    return (System.nanoTime() - start) * 1e-9;
  }

  /** Trains, with the owner's oracle in another process; the seconds of the training. */
  double train() {
    Settings.Oracle files = settings.oracle();
    LocalStorage run = new LocalStorage(LocalPath.of("paths.run", settings.paths().run()));
    int steps =
        PlanFile.read(new LocalStorage(LocalPath.of("paths.dataset", settings.paths().dataset())))
            .schedule()
            .steps();
    return new DemoTraining(
            out,
            bar,
            log,
            List.of(
                LocalPath.of("oracle.certificate", files.certificate()),
                LocalPath.of("oracle.token-file", files.tokenFile())),
            run,
            steps)
        .run(
            () -> DemoProcess.silent("oracle", with(programs.owner(), command("oracle")), log),
            progress ->
                DemoProcess.shown(
                    "cluster", with(programs.cluster(), command("train")), log, progress));
  }

  /** A command with its arguments. */
  static List<String> with(List<String> command, List<String> arguments) {
    List<String> out = new ArrayList<>(command);
    out.addAll(arguments);
    return out;
  }

  private List<String> command(String name, String... more) {
    List<String> out = new ArrayList<>(List.of(name, "--quiet"));
    out.addAll(settingArguments);
    out.addAll(List.of(more));
    return out;
  }

  /** A JSON object in a file. */
  static ObjectNode read(Path file) {
    try {
      JsonNode node = Json.parse(Files.readAllBytes(file));
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new DemoException(file + ": expected an object, actual another JSON value");
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  /** Removes a folder. */
  static void delete(Path folder) {
    try {
      FileUtils.deleteDirectory(folder.toFile());
    } catch (IOException e) {
      throw FileWriteException.of(folder, e);
    }
  }

  /** A port that was free. */
  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("finding a free port", e);
    }
  }
}
