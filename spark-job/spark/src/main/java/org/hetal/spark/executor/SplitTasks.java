package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.api.java.function.PairFunction;
import org.hetal.training.TaskStage;
import scala.Tuple2;

/** The functions that Spark sends to executors for a {@link SplitMinibatch}. */
final class SplitTasks {
  private SplitTasks() {}

  private static <T> T working(SplitMinibatch.Step step, Tasks.Work<T> work) {
    return Tasks.working(step.spec(), step.hadoop().value().value(), work);
  }

  /** From row blocks to their logits, by microbatch. */
  record RowLogits(SplitMinibatch.Step step) implements PairFunction<RowTask, Integer, PartBytes> {
    @Override
    public Tuple2<Integer, PartBytes> call(RowTask task) {
      List<byte[]> logits =
          working(
              step,
              engine ->
                  engine
                      .parts()
                      .rowLogits(
                          step.weights(),
                          task.microbatch().microbatch(),
                          task.rows(),
                          step.stages()));
      return new Tuple2<>(task.microbatch().index(), PartBytes.of(task.range(), logits));
    }
  }

  /** From the logits of a microbatch to its residuals, once for each range of its gradient. */
  record Residuals(SplitMinibatch minibatch, SplitMinibatch.Step step)
      implements PairFlatMapFunction<Tuple2<Integer, Iterable<PartBytes>>, Integer, PartBytes> {
    @Override
    public Iterator<Tuple2<Integer, PartBytes>> call(Tuple2<Integer, Iterable<PartBytes>> arrived) {
      int microbatch = arrived._1();
      List<byte[]> residuals =
          working(
              step,
              engine ->
                  Tasks.counting(
                      step.bootstraps(),
                      engine,
                      () ->
                          engine
                              .parts()
                              .residuals(
                                  minibatch.microbatch(microbatch),
                                  PartBytes.inOrder(arrived._2()),
                                  step.stages())));
      List<Tuple2<Integer, PartBytes>> out = new ArrayList<>();
      for (int range = 0; range < minibatch.gradientRanges(microbatch).size(); range++) {
        out.add(new Tuple2<>(minibatch.key(microbatch, range), PartBytes.of(range, residuals)));
      }
      return out.iterator();
    }
  }

  /** From residuals to one range of the gradient. */
  record Gradient(SplitMinibatch minibatch, SplitMinibatch.Step step)
      implements PairFunction<Tuple2<Integer, PartBytes>, Integer, PartBytes> {
    @Override
    public Tuple2<Integer, PartBytes> call(Tuple2<Integer, PartBytes> residuals) {
      int microbatch = minibatch.microbatchOf(residuals._1());
      int range = minibatch.rangeOf(residuals._1());
      List<byte[]> parts =
          working(
              step,
              engine ->
                  engine
                      .parts()
                      .gradient(
                          step.weights().factor(),
                          minibatch.microbatch(microbatch),
                          residuals._2().ciphertexts(),
                          minibatch.gradientRanges(microbatch).get(range),
                          step.stages()));
      return new Tuple2<>(microbatch, PartBytes.of(range, parts));
    }
  }

  /** From the parts of a gradient to a sum of one microbatch. */
  record Joined(SplitMinibatch.Step step)
      implements Function<Tuple2<Integer, Iterable<PartBytes>>, SumTree> {
    @Override
    public SumTree call(Tuple2<Integer, Iterable<PartBytes>> arrived) {
      return working(
          step,
          engine -> {
            try (PartialSum sum = new PartialSum(engine.evaluator())) {
              sum.add(
                  arrived._1(),
                  engine
                      .parts()
                      .joined(
                          step.weights().factor(), PartBytes.inOrder(arrived._2()), step.stages()));
              long start = System.nanoTime();
              SumTree serialized = sum.serialized();
              step.stages().end(TaskStage.SUM, start);
              return serialized;
            }
          });
    }
  }
}
