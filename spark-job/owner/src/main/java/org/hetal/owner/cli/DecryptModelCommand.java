package org.hetal.owner.cli;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.hetal.command.ExitCode;
import org.hetal.config.LocalPath;
import org.hetal.owner.DataOwner;
import org.hetal.owner.Digits;
import org.hetal.owner.KeyHolder;
import org.hetal.owner.ModelFormat;
import org.hetal.owner.PlainModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Decrypts the model that the cluster trained. */
@Command(
    name = "decrypt-model",
    description = {
      "Decrypts the trained model into the folder paths.model. In every format the weights are for"
          + " raw features; model.npz also has those for scaled rows.",
      "Works by the record of the data set that the model was trained on, whatever was encrypted"
          + " since. May be repeated; refuses to replace the model of another run.",
      "Rounds the weights to the precision that the run has, which it measures and prints: the digits"
          + " below depend on the secret key (docs/security.md)."
    })
final class DecryptModelCommand extends OwnerCommand {
  @Option(
      names = "--format",
      split = ",",
      paramLabel = "FORMAT",
      converter = FormatName.class,
      defaultValue = "npz,json",
      description =
          "npz: model.npz, with coef_ and intercept_ of scikit-learn; json: model.json, which is"
              + " written in any case; spark-ml: a folder for Spark ML's"
              + " LogisticRegressionModel.load; onnx: model.onnx, operator set 13, from features"
              + " (float32 [rows, columns]) to probabilities (float32 [rows, classes]) and label"
              + " (int64 [rows]). Several with commas; default: ${DEFAULT-VALUE}.")
  private List<ModelFormat> formats;

  @Option(
      names = "--all-digits",
      description =
          "Do not round: for your own use only. Give nobody such a model who may have the"
              + " ciphertexts.")
  private boolean allDigits;

  @Override
  int run() {
    String encrypted =
        LocalPath.of("paths.run", settings().paths().run()).resolve("model").toString();
    Set<ModelFormat> wanted = EnumSet.copyOf(formats);
    Digits digits = allDigits ? Digits.ALL : Digits.PUBLISHABLE;
    if (isJoint()) {
      try (KeyHolder holder = keyHolderWithKey()) {
        tell(holder.decrypt(encrypted, modelFolder(), wanted, digits));
        say("for the owners, SHA-256 of model.json: %s", modelDigest());
      }
    } else {
      try (DataOwner owner = owner()) {
        tell(owner.decrypt(encrypted, modelFolder(), wanted, digits));
      }
    }
    return ExitCode.OK.status();
  }

  private void tell(PlainModel model) {
    say(
        "model of epoch %d of %d, run %s, data set %s, in %s",
        model.bestEpoch(),
        model.epochs(),
        model.runId(),
        model.datasetId(),
        modelFolder().toAbsolutePath().normalize());
    if (model.noise() > 0) {
      say(
          "noise of a weight: %.1e; %s",
          model.noise(),
          allDigits
              ? "written with all digits, for your own use only"
              : "weights rounded to " + model.decimals() + " decimals");
    }
  }

  /** A wrong name is a usage error. */
  static final class FormatName implements ITypeConverter<ModelFormat> {
    @Override
    public ModelFormat convert(String text) {
      try {
        return ModelFormat.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
