package org.hetal.he.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.KeyPlan;
import org.hetal.he.owner.Client;

/**
 * An evaluator with the keys of a client, which are in a temporary folder.
 *
 * @param <C> the client
 * @param <E> the evaluator
 */
abstract class ClientFixture<C extends Client, E extends Evaluator> implements EvaluatorFixture {
  private final C client;
  private final Path bundle;
  private final E evaluator;

  /** Writes the keys of the plan and opens an evaluator on them. */
  ClientFixture(C client, KeyPlan plan, Function<Path, E> open) {
    try {
      this.client = client;
      bundle = Files.createTempDirectory("hetal-conformance-");
      client.writeEvaluationKeys(bundle, plan, (done, of, bytes) -> {});
      evaluator = open.apply(bundle);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every rotation that the suite makes, at the top level of computation. */
  static KeyPlan plan(int top) {
    KeyPlan plan =
        new KeyPlan().relinearize(top).conjugate(top).bootstrap().bootstrap(64).bootstrap(256);
    for (int steps : new int[] {1, 2, 3, 5, 64, 511}) {
      plan.rotate(steps, top);
    }
    return plan;
  }

  C client() {
    return client;
  }

  Path bundle() {
    return bundle;
  }

  @Override
  public E evaluator() {
    return evaluator;
  }

  @Override
  public Ciphertext encrypt(double[] values, int level) {
    return evaluator.deserialize(client.encrypt(values, level));
  }

  @Override
  public double[] decryptComplex(Ciphertext a) {
    return client.decryptComplex(evaluator.serialize(a));
  }

  @Override
  public void close() {
    evaluator.close();
    client.close();
    delete(bundle);
  }

  static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
