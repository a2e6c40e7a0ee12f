package org.hetal.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The order of the minibatches of an epoch when several owners bring data. Minibatch i of an owner
 * with n minibatches is placed at (2i + 1) / 2n of the epoch, so that each owner's minibatches are
 * spread over all of it. At the same place the owners follow each other by their numbers.
 *
 * @param order all minibatches
 */
public record Interleaving(List<Place> order) {
  /**
   * A minibatch.
   *
   * @param owner from 0
   * @param minibatch of that owner, from 0
   */
  public record Place(int owner, int minibatch) {}

  /** Copies the list. */
  public Interleaving {
    order = List.copyOf(order);
  }

  /**
   * The order for some numbers of minibatches. Cost: n log n comparisons for n minibatches.
   *
   * @param minibatches of each owner per epoch, each at least 1
   * @return every minibatch once
   * @throws IllegalArgumentException for a number below 1
   */
  public static Interleaving of(List<Integer> minibatches) {
    List<Place> order = new ArrayList<>();
    for (int owner = 0; owner < minibatches.size(); owner++) {
      Checks.range("minibatches of an owner", minibatches.get(owner), 1, Integer.MAX_VALUE);
      for (int i = 0; i < minibatches.get(owner); i++) {
        order.add(new Place(owner, i));
      }
    }
    Comparator<Place> byPlace =
        (a, b) ->
            Long.compare(
                (2L * a.minibatch + 1) * minibatches.get(b.owner),
                (2L * b.minibatch + 1) * minibatches.get(a.owner));
    order.sort(byPlace.thenComparingInt(Place::owner));
    return new Interleaving(order);
  }
}
