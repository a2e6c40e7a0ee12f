package org.hetal.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hetal.command.CommandRunner;
import org.hetal.command.ExitCode;
import org.hetal.command.FailureTable;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * Reads the command line of {@code ./hetal}, and writes the command line of the program that runs
 * the command: words, each followed by NUL, to the file in {@code hetal.launcher.output}. {@code
 * ./hetal} then becomes that program, which so gets its signals and standard input and gives its
 * exit status. Nothing is written when there is nothing more to do.
 */
@Command(name = "hetal")
public final class Main implements Callable<Integer> {
  private static final List<String> OWNER =
      List.of(
          "plan",
          "keygen",
          "change-passphrase",
          "encrypt",
          "oracle",
          "decrypt-model",
          "decrypt-predictions",
          "evaluate");
  private static final List<String> CLUSTER = List.of("train", "predict");

  /** Written in C++, or a script: they read their options themselves. */
  private static final List<String> JAVA_BENCHMARKS =
      List.of("paper", "products", "softmax", "train", "chaos", "memory", "scaling");

  private static final List<String> NATIVE_BENCHMARKS = List.of("engine", "openfhe", "image");

  @Spec private CommandSpec spec;

  @Option(names = {"-h", "--help"})
  private boolean help;

  @Option(names = {"-V", "--version"})
  private boolean version;

  private final Launcher launcher;

  Main(Launcher launcher) {
    this.launcher = launcher;
  }

  public static void main(String[] arguments) {
    Path output = Path.of(System.getProperty("hetal.launcher.output"));
    Launcher launcher =
        new Launcher(
            Installation.of(Path.of(System.getProperty("hetal.home"))),
            List.of(arguments),
            System.getenv());
    System.exit(run(launcher, words -> write(words, output)));
  }

  /**
   * Runs in this process; the exit code.
   *
   * @param result is given the command line of the program, if there is one to run
   */
  static int run(Launcher launcher, Consumer<List<String>> result) {
    return CommandRunner.run(
        FailureTable.common(),
        () -> line(launcher, result),
        launcher.arguments().toArray(String[]::new));
  }

  private static CommandLine line(Launcher launcher, Consumer<List<String>> result) {
    CommandLine line = new CommandLine(new Main(launcher));
    for (String name : OWNER) {
      line.addSubcommand(name, new ProgramCommand(launcher, Launcher::owner, result));
    }
    for (String name : CLUSTER) {
      line.addSubcommand(name, new ProgramCommand(launcher, Launcher::cluster, result));
    }
    line.addSubcommand("status", new RunCommand(launcher, null, result));
    line.addSubcommand("report", new RunCommand(launcher, Launcher::owner, result));
    line.addSubcommand("features", new OwnOptions(launcher, Launcher::features, result));
    line.addSubcommand("demo", new ProgramCommand.Demo(launcher, result));
    CommandLine bench = new CommandLine(new Bench());
    for (String name : JAVA_BENCHMARKS) {
      bench.addSubcommand(name, new ProgramCommand(launcher, Launcher::tools, result));
    }
    for (String name : NATIVE_BENCHMARKS) {
      bench.addSubcommand(name, new OwnOptions(launcher, Main::benchmark, result));
    }
    line.addSubcommand("bench", bench);
    return line;
  }

  @Override
  public Integer call() {
    if (version) {
      Version.lines(launcher.installation(), launcher.environment()).forEach(System.out::println);
    } else if (help) {
      System.out.print(helpText());
    } else {
      throw new ParameterException(spec.commandLine(), "expected a command, actual none");
    }
    return ExitCode.OK.status();
  }

  static String helpText() {
    try (InputStream in = Main.class.getResourceAsStream("help.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw FileReadException.of(Path.of("help.txt"), e);
    }
  }

  private static void write(List<String> words, Path output) {
    StringBuilder text = new StringBuilder();
    words.forEach(word -> text.append(word).append('\0'));
    try {
      Files.write(output, text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw FileWriteException.of(output, e);
    }
  }

  /** The group of the benchmarks. */
  @Command(mixinStandardHelpOptions = true, description = "Benchmarks.")
  private static final class Bench implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
      throw new ParameterException(
          spec.commandLine(),
          "expected chaos, engine, image, memory, openfhe, paper, products, scaling, softmax or train,"
              + " actual none");
    }
  }

  /** A benchmark that {@code dev/bench.sh} builds and starts. */
  private static List<String> benchmark(Launcher launcher) {
    List<String> arguments = launcher.arguments();
    return launcher.script("bench.sh", arguments.subList(1, arguments.size()));
  }

  /** A command without settings, whose program reads all options itself. */
  @Command
  private static final class OwnOptions implements Callable<Integer> {
    @Unmatched private List<String> others;

    private final Launcher launcher;
    private final Function<Launcher, List<String>> program;
    private final Consumer<List<String>> result;

    OwnOptions(
        Launcher launcher,
        Function<Launcher, List<String>> program,
        Consumer<List<String>> result) {
      this.launcher = launcher;
      this.program = program;
      this.result = result;
    }

    @Override
    public Integer call() {
      result.accept(program.apply(launcher));
      return ExitCode.OK.status();
    }
  }
}
