package org.hetal.owner.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.hetal.command.ExitCode;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
import org.hetal.owner.DataOwner;
import org.hetal.owner.LabeledData;
import org.hetal.owner.OwnerFiles;
import org.hetal.owner.PlainModel;
import org.hetal.owner.encryption.DecryptedModel;
import org.hetal.owner.evaluation.Evaluation;
import org.hetal.owner.oracle.OracleLog;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.RecordStore;
import org.hetal.owner.report.OwnerPage;
import org.hetal.report.PageWriter;
import org.hetal.report.RunHistory;
import org.hetal.report.RunSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a page about a run for people. */
@Command(
    name = "report",
    description = {
      "Writes one HTML file about a run that needs no network to be read.",
      "With -c or --set, the data owner's report: loss and accuracy per epoch, the model beside that"
          + " of the same training in the clear, the confusion matrix of the test rows, time, bytes,"
          + " parameters and security. Reads the run directory, the oracle's log, the decrypted model"
          + " and the data; needs no secret key.",
      "With a plan for several owners, their key holder's report: loss per epoch, and the rows of each"
          + " owner.",
      "Without settings, the cluster's report: only what the cluster may know, from the run"
          + " directory alone; RUN may then be a URI that Hadoop knows.",
      "May be called while the run goes on; changes nothing but the file."
    })
final class ReportCommand extends OwnerCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "RUN",
      description = "The run directory; with settings, paths.run if it is not given.")
  private Path runFolder;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      defaultValue = "report.html",
      description = "The file, which is replaced (mode 0600). Default: ${DEFAULT-VALUE}.")
  private Path output;

  @Override
  int run() {
    Settings settings = settings();
    LocalStorage run =
        new LocalStorage(
            runFolder != null ? runFolder : LocalPath.of("paths.run", settings.paths().run()));
    RunHistory history = RunHistory.read(run);
    String id = history.summary().map(RunSummary::run_id).orElse(settings.runId());
    if (history.plan().isJoint()) {
      write(
          run,
          new OwnerPage(
              history,
              history.owners().size() + " owners",
              answers(id),
              Optional.empty(),
              "Each owner tests the model with hetal evaluate, on its own test rows.",
              List.of()));
      return ExitCode.OK.status();
    }
    Optional<Evaluation> evaluation = Optional.empty();
    String missing = "";
    LabeledData data = data();
    if (!DecryptedModel.isPresent(LocalStorage.ownerOnly(modelFolder()))) {
      missing =
          "The model is not decrypted yet, so there is no test accuracy: hetal decrypt-model does"
              + " it.";
    } else if (data.testRows().isEmpty()) {
      missing = "There are no test rows (data.test), so there is no test accuracy.";
    } else {
      evaluation = Optional.of(evaluation(data, run, history, id));
    }
    if (!missing.isEmpty()) {
      warn(missing);
    }
    write(
        run,
        new OwnerPage(
            history,
            Path.of(settings.data().train().features()).getFileName().toString(),
            answers(id),
            evaluation,
            missing,
            classNames(data, history.plan().layout().classes())));
    return ExitCode.OK.status();
  }

  private void write(LocalStorage run, OwnerPage page) {
    writeResult(output, PageWriter.html(page.page(run.describe(), Instant.now())));
    say("the data owner's report is in %s", output.toAbsolutePath().normalize());
  }

  private static List<String> classNames(LabeledData data, int classes) {
    List<String> words = data.classNames();
    return words.isEmpty()
        ? IntStream.range(0, classes).mapToObj(Integer::toString).toList()
        : words;
  }

  private Evaluation evaluation(LabeledData data, LocalStorage run, RunHistory history, String id) {
    PlainModel model = PlainModel.load(modelFolder());
    String where = modelFolder().toString();
    require(where, "run", id, model.runId());
    DatasetRecord record =
        new RecordStore(OwnerFiles.of(settings()).privateFolder())
            .dataset(model.datasetId(), where);
    record.origin().requirePlan(run.describe(), history.plan());
    for (OracleLog.Entry answer : answers(id)) {
      if (!answer.dataset().isEmpty()) {
        require("the oracle's log", "data set", record.manifest(), answer.dataset());
      }
    }
    try (DataOwner owner = owner()) {
      return owner.evaluate(model, data);
    }
  }

  private List<OracleLog.Entry> answers(String id) {
    Path log = LocalPath.of("oracle.log", settings().oracle().log());
    List<OracleLog.Entry> answers = OracleLog.read(log);
    if (!answers.isEmpty()) {
      require(log.toString(), "run", id, answers.get(0).runId());
    }
    return answers;
  }

  private static void require(String where, String what, String expected, String actual) {
    if (!actual.equals(expected)) {
      throw new DatasetException(
          where
              + ": expected "
              + what
              + " "
              + expected
              + " as in the run directory, actual "
              + actual
              + "; give the settings of that run");
    }
  }
}
