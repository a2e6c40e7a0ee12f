package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.hetal.he.library.NativeHandle;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.OpenFheEvaluator;
import org.hetal.he.openfhe.owner.OpenFheClient;
import org.hetal.he.openfhe.owner.OpenFheTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The suite of every evaluator, on OpenFHE. */
@Tag("slow")
@OpenFheTest
class OpenFheConformanceTest extends EvaluatorConformance {
  private long leaksBefore;
  private long liveBefore;

  @Override
  EvaluatorFixture open() {
    return new OpenFheFixture(OpenFheClient.generate("insecure_openfhe_n10_l13"));
  }

  @Override
  @BeforeAll
  void openFixture() {
    leaksBefore = NativeHandle.leaks();
    liveBefore = OpenFhe.liveObjects();
    super.openFixture();
  }

  @Override
  @AfterAll
  void closeFixture() {
    super.closeFixture();
    assertEquals(liveBefore, OpenFhe.liveObjects(), "native objects that are not closed");
    assertEquals(0, OpenFhe.staticEntries());
    System.gc();
    assertEquals(leaksBefore, NativeHandle.leaks());
  }

  /** OpenFHE on a small insecure ring. */
  private static final class OpenFheFixture extends ClientFixture<OpenFheClient, OpenFheEvaluator> {
    OpenFheFixture(OpenFheClient client) {
      super(
          client, plan(client.parameters().maxLevel()), bundle -> OpenFheEvaluator.open(bundle, 2));
    }

    @Override
    public double tolerance() {
      return 0x1p-30;
    }

    @Override
    public double bootstrapTolerance() {
      return 0x1p-15;
    }
  }
}
