package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.StoredFile;

/**
 * Reads every ciphertext of a data set once, on the executors, so that a damaged one is refused
 * before the first step and not by a task hours later. A task returns what it found, it does not
 * fail: Spark would repeat it and print its stack trace.
 */
final class CiphertextCheck {
  /** Of some megabytes each at 128 bits. */
  private static final int FILES_PER_TASK = 8;

  private CiphertextCheck() {}

  /**
   * Refuses damage. Cost: all bytes of the data set are read and hashed, on all cores.
   *
   * @throws DatasetException naming the first damaged file in the order of the data set, and how
   *     many there are
   */
  static void require(
      JavaSparkContext spark,
      ComputeSpec spec,
      EncryptedDataset dataset,
      Broadcast<SerializableConfiguration> hadoop) {
    List<StoredFile> files =
        dataset.groups().stream().flatMap(group -> group.files().stream()).toList();
    int tasks = (files.size() + FILES_PER_TASK - 1) / FILES_PER_TASK;
    List<String> damage =
        spark
            .parallelize(files, Math.max(1, tasks))
            .mapPartitions(new Damage(spec, hadoop))
            .collect();
    if (!damage.isEmpty()) {
      throw new DatasetException(
          damage.get(0)
              + "; damaged are "
              + damage.size()
              + " of "
              + files.size()
              + " ciphertexts: upload the data set again, or let its owner encrypt it again");
    }
  }

  /** From files to what is wrong with them, one line for each that is damaged. */
  private record Damage(ComputeSpec spec, Broadcast<SerializableConfiguration> hadoop)
      implements FlatMapFunction<Iterator<StoredFile>, String> {
    @Override
    public Iterator<String> call(Iterator<StoredFile> files) {
      Configuration configuration = hadoop.value().value();
      return Tasks.working(
          spec,
          configuration,
          engine -> {
            List<String> damage = new ArrayList<>();
            files.forEachRemaining(
                file -> {
                  try {
                    engine.training.check(file);
                  } catch (DatasetException e) {
                    damage.add(e.getMessage());
                  }
                });
            return damage.iterator();
          });
    }
  }
}
