package org.hetal.spark.executor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.storage.BlockManagerId;
import org.apache.spark.util.CollectionAccumulator;

/**
 * Which executor computed the microbatch of an index last. It has read the microbatch of that index
 * of the next minibatch ahead, and of an earlier epoch it may still have the rows: Spark is asked
 * to compute it there, and computes it elsewhere when that executor is busy or gone.
 */
final class Places implements Serializable {
  private static final long serialVersionUID = 1L;

  private final CollectionAccumulator<String> told;
  private transient Map<Integer, String> last = new HashMap<>();

  /**
   * @param told from tasks to the driver, by Spark
   */
  Places(CollectionAccumulator<String> told) {
    this.told = told;
  }

  /** Without a name, so that Spark's UI does not list it. */
  static Places of(SparkContext spark) {
    CollectionAccumulator<String> told = new CollectionAccumulator<>();
    spark.register(told);
    return new Places(told);
  }

  /** In a task: this executor computes the microbatch. */
  void tell(int index) {
    BlockManagerId here = SparkEnv.get().blockManager().blockManagerId();
    if (!here.isDriver()) {
      // What Spark takes as the location of an executor.
      told.add(index + " executor_" + here.host() + "_" + here.executorId());
    }
  }

  /**
   * In the driver, before each minibatch: where to compute each microbatch, "" for anywhere.
   *
   * @param microbatches of the minibatch
   * @param executors at least 1; none of them is preferred for more than its share
   */
  List<String> preferred(int microbatches, int executors) {
    for (String each : told.value()) {
      int blank = each.indexOf(' ');
      last.put(Integer.parseInt(each.substring(0, blank)), each.substring(blank + 1));
    }
    told.reset();
    int share = (microbatches + executors - 1) / executors;
    Map<String, Integer> given = new HashMap<>();
    List<String> out = new ArrayList<>();
    for (int index = 0; index < microbatches; index++) {
      String place = last.getOrDefault(index, "");
      boolean taken = !place.isEmpty() && given.merge(place, 1, Integer::sum) > share;
      out.add(taken ? "" : place);
    }
    return out;
  }
}
