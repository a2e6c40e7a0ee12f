package org.hetal.owner.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.hetal.command.ExitCode;
import org.hetal.config.SettingsException;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.StoredPredictions;
import org.hetal.owner.DataOwner;
import org.hetal.owner.JointOwner;
import org.hetal.owner.LabeledData;
import org.hetal.owner.PlainModel;
import org.hetal.owner.evaluation.Evaluation;
import org.hetal.owner.evaluation.JointEvaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tests the decrypted model and compares it with the same training in the clear. */
@Command(
    name = "evaluate",
    description =
        "Accuracy of the decrypted model on the test split, beside that of the same training in the"
            + " clear; on request the error of the encrypted softmax and the accuracy of encrypted"
            + " predictions. With a plan for several owners: accuracy of the model that the key"
            + " holder gave you on your test rows, beside a model of your rows alone.")
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
    if (isJoint()) {
      return evaluateJoint(model);
    }
    try (DataOwner owner = owner()) {
      evaluate(owner, model, data());
    }
    return ExitCode.OK.status();
  }

  /** As one of several owners. */
  private int evaluateJoint(PlainModel model) {
    if (softmax || logits != null) {
      throw new SettingsException(
          "evaluate --softmax, --logits: expected a plan for one owner, actual one for several; both"
              + " need the secret key");
    }
    JointEvaluation evaluation;
    try (JointOwner owner = jointOwner()) {
      evaluation = owner.withDataset(datasetFolder()).evaluate(model, data());
    }
    say("SHA-256 of model.json         %s; the key holder has it, too", modelDigest());
    say("training rows, yours          %d", evaluation.trainingRows());
    say("test rows, yours              %d", evaluation.testRows());
    say("accuracy, joint model         %.2f %%", 100 * evaluation.accuracyJoint());
    say("accuracy, your rows alone     %.2f %%", 100 * evaluation.accuracyAlone());
    say(
        "validation loss               %.4f joint, %.4f alone (Brier score)",
        evaluation.lossJoint(), evaluation.lossAlone());
    if (json != null) {
      ObjectNode out = JsonNodeFactory.instance.objectNode();
      out.put("training_rows", evaluation.trainingRows());
      out.put("test_rows", evaluation.testRows());
      out.put("accuracy_joint", evaluation.accuracyJoint());
      out.put("accuracy_alone", evaluation.accuracyAlone());
      out.put("validation_loss_joint", evaluation.lossJoint());
      out.put("validation_loss_alone", evaluation.lossAlone());
      out.put("epochs", model.epochs());
      out.put("best_epoch", model.bestEpoch());
      write(out);
    }
    return ExitCode.OK.status();
  }

  private void write(ObjectNode figures) {
    writeResult(json, (figures.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
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
      write(out);
    }
  }
}
