package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * RDDs of the elements that tasks compute on: how they are divided into partitions, and on which
 * executors these are computed if possible. Used by the driver's thread.
 */
final class TaskRdds {
  private final JavaSparkContext spark;
  private final int partitions;
  private final Places places;

  /**
   * @param partitions at most, where the work need not stay on one executor; 0: one per element
   */
  TaskRdds(JavaSparkContext spark, int partitions) {
    this.spark = spark;
    this.partitions = partitions;
    this.places = Places.of(spark.sc());
  }

  /** {@return what tasks of {@link #minibatch} tell where they are} */
  Places places() {
    return places;
  }

  /** Executors now, at least 1; the driver's own, where Spark is local, is one. */
  int executors() {
    return Math.max(1, spark.sc().getExecutorMemoryStatus().size() - 1);
  }

  /** Anywhere. */
  <T> JavaRDD<T> spread(List<T> elements) {
    int most = Math.max(1, elements.size());
    return spark.parallelize(
        new ArrayList<>(elements), partitions == 0 ? most : Math.min(partitions, most));
  }

  /** A partition per microbatch, where it was computed last; otherwise as the settings say. */
  JavaRDD<MicrobatchTask> minibatch(List<MicrobatchTask> microbatches) {
    List<String> preferred = places.preferred(microbatches.size(), executors());
    if (partitions != 0 && partitions < microbatches.size()) {
      return spread(microbatches);
    }
    return at(microbatches, preferred);
  }

  /**
   * The result of one task, on the executor that computed the first microbatch last.
   *
   * @param name of the job
   * @param input broadcast for the task
   * @param work from the broadcast to the task, whose argument has no meaning
   */
  <I, O> O once(String name, I input, OneTask<I, O> work) {
    Broadcast<I> broadcast = spark.broadcast(input);
    try (StageNames names = new StageNames(spark, name)) {
      List<String> place = places.preferred(1, executors());
      return at(List.of(0), place).map(work.on(broadcast)).collect().get(0);
    } finally {
      broadcast.destroy();
    }
  }

  /** Makes a task, in the driver. */
  @FunctionalInterface
  interface OneTask<I, O> {
    Function<Integer, O> on(Broadcast<I> input);
  }

  /** A partition per element, at its place if possible; "" is anywhere. */
  private <T> JavaRDD<T> at(List<T> elements, List<String> places) {
    List<Tuple2<T, Seq<String>>> out = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      String place = places.get(i);
      out.add(
          new Tuple2<>(elements.get(i), sequence(place.isEmpty() ? List.of() : List.of(place))));
    }
    // Spark then sends arrays of Object, as it does for parallelize.
    ClassTag<T> type = ClassTag$.MODULE$.apply(Object.class);
    return JavaRDD.fromRDD(spark.sc().makeRDD(sequence(out), type), type);
  }

  private static <T> Seq<T> sequence(List<T> list) {
    return CollectionConverters.asScala(list).toSeq();
  }
}
