package org.hetal.owner.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.plan.Schedule;
import org.hetal.training.PlainTrainer;

/** What a training in the clear tells of a schedule that will fail on ciphertexts. */
public final class TrainingWarnings {
  private TrainingWarnings() {}

  /** One line each; none when the schedule does well. */
  public static List<String> of(PlainTrainer.Result plain, Schedule schedule, int classes) {
    List<String> out = new ArrayList<>();
    double first = plain.epochs().get(0).loss();
    double last = plain.epochs().get(plain.epochs().size() - 1).loss();
    double best = plain.bestEpoch() == 0 ? last : plain.epochs().get(plain.bestEpoch() - 1).loss();
    String remedy =
        String.format(
            Locale.ROOT,
            "lower training.learning-rate (now %s) or raise training.logit-range (now %d)",
            schedule.learningRate(),
            schedule.logitRange());
    if (!(plain.largestTrainingLogit() <= schedule.logitRange())) {
      out.add(
          String.format(
              Locale.ROOT,
              "in the clear the logits in training reach %.3g, beyond the %d that the encrypted"
                  + " softmax takes, so that encrypted training fails; %s",
              plain.largestTrainingLogit(),
              schedule.logitRange(),
              remedy));
    }
    if (!(last <= first)) {
      out.add(
          String.format(
              Locale.ROOT,
              "in the clear the validation loss grows, from %.4f after the first epoch to %.4f after"
                  + " the last: training diverges; lower training.learning-rate (now %s)",
              first,
              last,
              schedule.learningRate()));
    } else if (!(best < Math.log(classes))) {
      out.add(
          String.format(
              Locale.ROOT,
              "in the clear the validation loss stays at %.4f, no better than guessing among %d"
                  + " classes (%.4f); check the labels and training.learning-rate (now %s)",
              best,
              classes,
              Math.log(classes),
              schedule.learningRate()));
    }
    return out;
  }
}
