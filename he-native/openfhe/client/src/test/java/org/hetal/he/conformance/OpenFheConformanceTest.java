package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.NativeHandle;
import org.hetal.he.RotationPlan;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.OpenFheEvaluator;
import org.hetal.he.openfhe.owner.OpenFheClient;
import org.hetal.he.openfhe.owner.OpenFheTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The suite of every evaluator, on OpenFHE. */
@OpenFheTest
@Tag("slow")
class OpenFheConformanceTest extends EvaluatorConformance {
  private long leaksBefore;
  private long liveBefore;

  @Override
  Bench open() {
    return new OpenFheBench();
  }

  @Override
  @BeforeAll
  void openBench() {
    leaksBefore = NativeHandle.leaks();
    liveBefore = OpenFhe.liveObjects();
    super.openBench();
  }

  @Override
  @AfterAll
  void closeBench() {
    super.closeBench();
    assertEquals(liveBefore, OpenFhe.liveObjects(), "native objects that are not closed");
    assertEquals(0, OpenFhe.staticEntries());
    assertEquals(leaksBefore, NativeHandle.leaks());
  }

  /** OpenFHE on a small insecure ring, with keys in a temporary folder. */
  private static final class OpenFheBench implements Bench {
    private final OpenFheClient client;
    private final Path bundle;
    private final OpenFheEvaluator evaluator;

    OpenFheBench() {
      try {
        client = OpenFheClient.generate("insecure_openfhe_n10_l13");
        int top = client.parameters().maxLevel();
        RotationPlan plan = new RotationPlan().relinearize(top).conjugate(top).bootstrap();
        for (int steps : new int[] {1, 2, 3, 5, 64, 511}) {
          plan.rotate(steps, top);
        }
        bundle = Files.createTempDirectory("hetal-conformance-");
        client.writeEvaluationKeys(bundle, plan, (done, of, bytes) -> {});
        evaluator = OpenFheEvaluator.open(bundle, 2);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Evaluator evaluator() {
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
    public double tolerance() {
      return 0x1p-30;
    }

    @Override
    public double bootstrapTolerance() {
      return 0x1p-15;
    }

    @Override
    public void close() {
      evaluator.close();
      client.close();
      try (Stream<Path> files = Files.walk(bundle)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
