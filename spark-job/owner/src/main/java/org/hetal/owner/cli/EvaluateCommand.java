package org.hetal.owner.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.hetal.command.ExitCode;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.StoredPredictions;
import org.hetal.owner.DataOwner;
import org.hetal.owner.LabeledData;
import org.hetal.owner.PlainModel;
import org.hetal.owner.evaluation.Evaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tests the decrypted model and compares it with the same training in the clear. */
@Command(
    name = "evaluate",
    description =
        "Accuracy of the decrypted model on the test split, beside that of the same training in the"
            + " clear; on request the error of the encrypted softmax and the accuracy of encrypted"
            + " predictions.")
final class EvaluateCommand extends OwnerCommand {
  @Option(
      names = "--softmax",
      description = "Measure the encrypted softmax on your rows' logits, with the cluster's keys.")
  private boolean softmax;

  @Option(
      names = "--logits",
      paramLabel = "FOLDER",
      description = "Encrypted logits that the cluster predicted for encrypt --test.")
  private Path logits;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON, too.")
  private Path json;

  @Override
  int run() {
    PlainModel model = PlainModel.load(modelFolder());
    try (DataOwner owner = owner()) {
      evaluate(owner, model, data());
    }
    return ExitCode.OK.status();
  }

  private void evaluate(DataOwner owner, PlainModel model, LabeledData data) {
    Evaluation evaluation = owner.evaluate(model, data);
    evaluation.warnings().forEach(this::warn);
    double difference = evaluation.accuracyEncrypted() - evaluation.accuracyPlain();
    say("test rows                  %d", evaluation.rows());
    say("accuracy, encrypted        %.2f %%", 100 * evaluation.accuracyEncrypted());
    say("accuracy, in the clear     %.2f %%", 100 * evaluation.accuracyPlain());
    say("difference                 %+.2f %%", 100 * difference);
    say(
        "balanced accuracy          %.2f %% encrypted, %.2f %% in the clear",
        100 * evaluation.balancedAccuracyEncrypted(), 100 * evaluation.balancedAccuracyPlain());
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.put("test_rows", evaluation.rows());
    out.put("accuracy_encrypted", evaluation.accuracyEncrypted());
    out.put("accuracy_plain", evaluation.accuracyPlain());
    out.put("balanced_accuracy_encrypted", evaluation.balancedAccuracyEncrypted());
    out.put("balanced_accuracy_plain", evaluation.balancedAccuracyPlain());
    out.put("epochs", model.epochs());
    out.put("best_epoch", model.bestEpoch());
    out.put("bootstraps_per_iteration", model.bootstrapsPerIteration());
    out.put("plain_epochs", evaluation.plainEpochs());
    if (model.bestEpoch() == evaluation.plainBestEpoch()) {
      say("largest weight difference  %.2e", evaluation.largestWeightDifference());
      out.put("largest_weight_difference", evaluation.largestWeightDifference());
    }
    evaluation.plainLosses().forEach(out.withArrayProperty("plain_losses")::add);
    if (logits != null) {
      StoredPredictions predictions = StoredPredictions.in(new LocalStorage(logits));
      double accuracy = owner.accuracy(predictions, model, data);
      say("accuracy of encrypted predictions  %.2f %%", 100 * accuracy);
      out.put("accuracy_encrypted_predictions", accuracy);
    }
    if (softmax) {
      double error = owner.softmaxError(model, data, keyFolder());
      say("softmax, largest error     %.2e", error);
      out.put("softmax_max_error", error);
    }
    if (json != null) {
      writeResult(json, (out.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }
}
