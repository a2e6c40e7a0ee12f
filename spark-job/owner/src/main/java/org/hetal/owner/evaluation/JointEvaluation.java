package org.hetal.owner.evaluation;

import java.util.Arrays;
import org.hetal.config.Settings;
import org.hetal.dataset.DatasetException;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.encryption.DecryptedModel;
import org.hetal.owner.table.DataException;
import org.hetal.training.EpochScore;
import org.hetal.training.PlainTrainer;

/**
 * A model of several owners' rows, and one of the rows of this owner alone, on rows of this owner
 * that neither saw.
 *
 * @param trainingRows of this owner
 * @param testRows of this owner
 * @param accuracyJoint of the joint model on the test rows, 0 to 1
 * @param accuracyAlone of the model of this owner's rows, trained in the clear by the same schedule
 *     and preparation
 * @param lossJoint the joint model's mean squared error of the probabilities (Brier score) on the
 *     validation rows of this owner
 * @param lossAlone of the model of this owner's rows
 */
public record JointEvaluation(
    int trainingRows,
    int testRows,
    double accuracyJoint,
    double accuracyAlone,
    double lossJoint,
    double lossAlone) {

  /**
   * Trains in the clear on the owner's rows and tests both models.
   *
   * @throws DataException when there is no test split
   * @throws DatasetException when the model is for rows that were prepared otherwise
   */
  public static JointEvaluation of(PreparedData data, Settings settings, DecryptedModel model) {
    if (data.test() == null) {
      throw new DataException("data.test: expected a test split to evaluate on, actual none");
    }
    requireSame(model.preparation(), data.preparation());
    double[][] alone = Evaluation.trainPlain(data, settings).best();
    return new JointEvaluation(
        data.train().length,
        data.test().length,
        PlainTrainer.accuracy(data.test(), data.testLabels(), model.weights()),
        PlainTrainer.accuracy(data.test(), data.testLabels(), alone),
        loss(data, settings, model.weights()),
        loss(data, settings, alone));
  }

  private static double loss(PreparedData data, Settings settings, double[][] weights) {
    double[][] logits = PlainTrainer.logits(data.validation(), weights);
    int range = settings.training().logitRange();
    return EpochScore.ofPlainLoss(logits, data.validationLabels(), range).loss();
  }

  private static void requireSame(Preparation expected, Preparation actual) {
    boolean same =
        expected.columns() == actual.columns()
            && expected.names().equals(actual.names())
            && Arrays.equals(expected.kept(), actual.kept())
            && Arrays.equals(expected.fills(), actual.fills())
            && Arrays.equals(expected.means(), actual.means())
            && Arrays.equals(expected.deviations(), actual.deviations())
            && expected.factor() == actual.factor()
            && expected.bias() == actual.bias();
    if (!same) {
      throw new DatasetException(
          "model: expected the preparation with which these rows were encrypted, actual another one;"
              + " take the model of this training from the key holder");
    }
  }
}
