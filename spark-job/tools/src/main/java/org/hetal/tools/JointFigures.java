package org.hetal.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hetal.config.Settings;
import org.hetal.owner.PlainModel;
import org.hetal.owner.contribution.CommonPreparation;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.data.Splits;
import org.hetal.owner.evaluation.Evaluation;
import org.hetal.training.PlainJointTrainer;
import org.hetal.training.PlainTrainer;

/**
 * The accuracies of a joint training. Only a program that has the rows of all owners in the clear
 * can compute them: the demo, which made these rows.
 *
 * @param owners in the order of their numbers
 * @param joint accuracy of the decrypted model on the test rows of all owners
 * @param plain the same training in the clear: same minibatches in the same order
 * @param jointPlain its accuracy on the test rows of all owners
 * @param largestWeightDifference between both models
 */
record JointFigures(
    List<Owner> owners,
    double joint,
    PlainTrainer.Result plain,
    double jointPlain,
    double largestWeightDifference) {

  /**
   * One owner.
   *
   * @param trainingRows rows in minibatches
   * @param validationRows rows of the validation loss
   * @param testRows its own
   * @param aloneOnOwn accuracy on its test rows of a model that was trained on its rows alone
   * @param jointOnOwn accuracy on its test rows of the joint model
   * @param aloneOnAll accuracy of the model of its own rows on the test rows of all owners
   * @param aloneLoss Brier score of the model of its own rows on its validation rows, as its
   *     command told
   * @param jointLoss that of the joint model
   */
  record Owner(
      int trainingRows,
      int validationRows,
      int testRows,
      double aloneOnOwn,
      double jointOnOwn,
      double aloneOnAll,
      double aloneLoss,
      double jointLoss) {}

  /** Rows with labels. */
  private record Rows(double[][] features, int[] labels) {
    static Rows of(Stream<Rows> parts) {
      List<Rows> all = parts.toList();
      return new Rows(
          all.stream().flatMap(part -> Arrays.stream(part.features)).toArray(double[][]::new),
          all.stream().flatMapToInt(part -> Arrays.stream(part.labels)).toArray());
    }

    double accuracy(double[][] weights) {
      return PlainTrainer.accuracy(features, labels, weights);
    }
  }

  /**
   * Reads the owners' rows, trains in the clear and compares, also with what the owners' commands
   * told.
   *
   * @param site after a run
   * @param given the owners' settings
   * @param order numbers of the owners, from 1, in the order in which the cluster interleaved them
   * @param model the decrypted model
   */
  static JointFigures of(
      JointSite site, PartySettings given, List<Integer> order, PlainModel model) {
    CommonPreparation common =
        CommonPreparation.read(site.published().resolve(JointSite.PREPARATION));
    Map<Integer, PreparedData> data = new LinkedHashMap<>();
    Map<Integer, Settings> settings = new LinkedHashMap<>();
    for (int owner = 1; owner <= order.size(); owner++) {
      Settings own = given.ofOwner(site.owner(owner));
      settings.put(owner, own);
      data.put(
          owner, PreparedData.ofCommon(Splits.read(own.data()), common.preparation(), own.data()));
    }
    Rows test = Rows.of(data.values().stream().map(JointFigures::test));
    PlainTrainer.Result plain =
        trainJointly(order.stream().map(data::get).toList(), settings.get(1));
    List<Owner> owners = new ArrayList<>();
    data.forEach(
        (owner, own) ->
            owners.add(
                owner(
                    own,
                    settings.get(owner),
                    model.weights(),
                    test,
                    Parties.read(site.owner(owner).resolve(JointSite.EVALUATION)))));
    return new JointFigures(
        List.copyOf(owners),
        test.accuracy(model.weights()),
        plain,
        test.accuracy(plain.best()),
        largestDifference(model.weights(), plain.best()));
  }

  private static Rows test(PreparedData data) {
    return new Rows(data.test(), data.testLabels());
  }

  /**
   * @param told what the owner's command computed from the owner's files alone
   * @throws DemoException when it has other accuracies
   */
  private static Owner owner(
      PreparedData data, Settings settings, double[][] joint, Rows all, ObjectNode told) {
    double[][] alone = Evaluation.trainPlain(data, settings).best();
    Rows own = test(data);
    Owner owner =
        new Owner(
            data.train().length,
            data.validation().length,
            data.test().length,
            own.accuracy(alone),
            own.accuracy(joint),
            all.accuracy(alone),
            told.path("validation_loss_alone").asDouble(),
            told.path("validation_loss_joint").asDouble());
    if (told.path("accuracy_joint").asDouble() != owner.jointOnOwn()
        || told.path("accuracy_alone").asDouble() != owner.aloneOnOwn()) {
      throw new DemoException("expected the accuracies of " + owner + ", actual " + told);
    }
    return owner;
  }

  /** By the plan's schedule on the minibatches of all owners, as the cluster trains. */
  private static PlainTrainer.Result trainJointly(List<PreparedData> owners, Settings settings) {
    return PlainJointTrainer.train(
        settings.training().schedule(owners.get(0).train().length),
        settings.data().classes(),
        owners.stream()
            .map(
                data ->
                    new PlainJointTrainer.Part(
                        data.train(),
                        data.trainLabels(),
                        data.validation(),
                        data.validationLabels()))
            .toList());
  }

  private static double largestDifference(double[][] a, double[][] b) {
    double largest = 0;
    for (int label = 0; label < a.length; label++) {
      for (int i = 0; i < a[label].length; i++) {
        largest = Math.max(largest, Math.abs(a[label][i] - b[label][i]));
      }
    }
    return largest;
  }
}
