package org.hetal.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The order of an epoch's minibatches where several owners bring data. Minibatch i of an owner with
 * n minibatches is placed at (2i + 1) / 2n of the epoch, so that each owner's are spread over the
 * whole epoch. At the same place the owners follow each other.
 */
public final class Interleaving {
  private Interleaving() {}

  /**
   * A minibatch of an epoch.
   *
   * @param owner from 0
   * @param minibatch of that owner, from 0
   */
  public record Place(int owner, int minibatch) {}

  /**
   * The order of an epoch.
   *
   * @param minibatches of each owner, at least 1
   * @return all minibatches, each once
   */
  public static List<Place> of(List<Integer> minibatches) {
    List<Place> out = new ArrayList<>();
    for (int owner = 0; owner < minibatches.size(); owner++) {
      for (int i = 0; i < minibatches.get(owner); i++) {
        out.add(new Place(owner, i));
      }
    }
    // The sort is stable, and owners are in order.
    out.sort(comparator(minibatches));
    return List.copyOf(out);
  }

  /** Compares (2i + 1) / 2n without division. */
  private static Comparator<Place> comparator(List<Integer> minibatches) {
    return (a, b) ->
        Long.compare(
            (2L * a.minibatch() + 1) * minibatches.get(b.owner()),
            (2L * b.minibatch() + 1) * minibatches.get(a.owner()));
  }
}
