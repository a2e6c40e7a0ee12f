package org.hetal.owner.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.hetal.command.ExitCode;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Storage;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.DecryptedLogits;
import org.hetal.owner.data.DecryptedModel;
import org.hetal.owner.data.Evaluation;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.data.SoftmaxProbe;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.EarlyStopping;
import org.hetal.training.PlainTrainer;
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
    DecryptedModel model = DecryptedModel.read(modelStorage());
    DatasetRecord record =
        records().dataset(model.datasetId(), "model in " + modelStorage().describe());
    PreparedData data = readDataOf(record);
    Evaluation evaluation = Evaluation.of(data, settings(), model);
    evaluation.warnings().forEach(this::warn);
    double difference = evaluation.accuracyEncrypted() - evaluation.accuracyPlain();
    say("test rows                  %d", evaluation.rows());
    say("accuracy, encrypted        %.2f %%", 100 * evaluation.accuracyEncrypted());
    say("accuracy, in the clear     %.2f %%", 100 * evaluation.accuracyPlain());
    say("difference                 %+.2f %%", 100 * difference);
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.put("test_rows", evaluation.rows());
    out.put("accuracy_encrypted", evaluation.accuracyEncrypted());
    out.put("accuracy_plain", evaluation.accuracyPlain());
    out.put("epochs", model.epochs());
    out.put("best_epoch", model.bestEpoch());
    out.put("bootstraps_per_iteration", model.bootstraps());
    out.put("plain_epochs", evaluation.plainEpochs());
    if (model.bestEpoch() == evaluation.plainBestEpoch()) {
      say("largest weight difference  %.2e", evaluation.largestWeightDifference());
      out.put("largest_weight_difference", evaluation.largestWeightDifference());
    }
    evaluation.plainLosses().forEach(out.withArrayProperty("plain_losses")::add);
    if (logits != null) {
      double accuracy = predictedAccuracy(data, record);
      say("accuracy of encrypted predictions  %.2f %%", 100 * accuracy);
      out.put("accuracy_encrypted_predictions", accuracy);
    }
    if (softmax) {
      double error = softmaxError(data, model, planOf(record));
      say("softmax, largest error     %.2e", error);
      out.put("softmax_max_error", error);
    }
    if (json != null) {
      writeResult(json, (out.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return ExitCode.OK.status();
  }

  private double predictedAccuracy(PreparedData data, DatasetRecord record) {
    Storage storage = new LocalStorage(logits);
    EncryptedLogits stored = EncryptedLogits.open(storage);
    if (!stored.origin().equals(record.origin())) {
      throw new DatasetException(
          storage.describe()
              + ": expected predictions of the "
              + record.describe()
              + ", "
              + record.origin()
              + "; actual "
              + stored.origin());
    }
    records()
        .rows(stored.rowsId(), "predictions in " + storage.describe())
        .require("data.test", data.splits().test());
    try (Client client = loadClient()) {
      double[][] rows =
          DecryptedLogits.decrypt(client, stored, storage, planOf(record), data.test().length);
      int hits = 0;
      for (int row = 0; row < rows.length; row++) {
        hits += EarlyStopping.largestIndex(rows[row]) == data.testLabels()[row] ? 1 : 0;
      }
      return (double) hits / rows.length;
    }
  }

  private double softmaxError(PreparedData data, DecryptedModel model, TrainingPlan plan) {
    Path bundle = bundleFolder();
    try (Client client = loadClient()) {
      requireFittingKeys(bundle, client, plan);
      double[][] rows = PlainTrainer.logits(data.train(), model.weights());
      try (Evaluator evaluator =
          backend()
              .evaluator(bundle, settings().parameterSet(), DeviceSpec.cpu(settings().threads()))) {
        return SoftmaxProbe.largestError(client, evaluator, plan, rows);
      }
    }
  }
}
