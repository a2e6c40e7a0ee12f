package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import org.hetal.he.Ciphertext;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.he.KeyPlan;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.OpenFheEvaluator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Memory that the system refuses to OpenFHE's own code, also in its parallel loops, which no
 * exception leaves. The process goes on, and a result that is returned is right.
 */
@Tag("slow")
@OpenFheTest
class OpenFheMemoryTest {
  @TempDir Path folder;

  /** What is done while one allocation is refused. */
  enum Work {
    ENGINE_KEYS(1.5, 15),
    OPENFHE_KEYS(6, 6),
    OPENFHE_ARITHMETIC(3, 9);

    /** By which the number of the refused allocation grows. */
    private final double growth;

    /** Of refusals. */
    private final int least;

    Work(double growth, int least) {
      this.growth = growth;
      this.least = least;
    }
  }

  @ParameterizedTest
  @EnumSource(Work.class)
  void refusedMemoryInsideOpenFhe_doesNotEndTheJvm(Work work) throws Exception {
    String out = new FaultyProcess(folder).run(Refusals.class, work.name(), folder.toString());
    assertTrue(out.contains("no refusal ended the process"), out);
  }

  /** One allocation is refused, each time a later one. */
  public static final class Refusals {
    private static final String ENGINE_SET = "insecure_n10_l12";
    private static final String OPENFHE_SET = "insecure_openfhe_n10_l5";

    private static Path folder;

    public static void main(String[] arguments) throws IOException {
      Work work = Work.valueOf(arguments[0]);
      folder = Path.of(arguments[1]);
      OpenFhe.require();
      ByteBuffer counters = FaultyProcess.counters();
      switch (work) {
        case ENGINE_KEYS -> refuse(counters, work, Refusals::engineKeys);
        case OPENFHE_KEYS -> refuse(counters, work, Refusals::openFheKeys);
        case OPENFHE_ARITHMETIC -> {
          OpenFheClient client = OpenFheClient.generate(OPENFHE_SET);
          Path keys = write(client);
          OpenFheEvaluator evaluator = OpenFheEvaluator.open(keys, 2);
          refuse(counters, work, () -> arithmetic(client, evaluator));
        }
      }
      System.out.println("no refusal ended the process");
    }

    /**
     * @param error what the work returns: how wrong its result is
     */
    private static void refuse(ByteBuffer counters, Work work, Supplier<Double> error) {
      int refused = 0;
      for (int number = 1;
          isRefused(counters, number, error);
          number = (int) (number * work.growth) + 1) {
        refused++;
      }
      requireSmall(error.get());
      if (refused < work.least) {
        throw new AssertionError(
            "expected at least " + work.least + " refusals, actual " + refused);
      }
    }

    /** False when so many allocations do not take place. */
    private static boolean isRefused(ByteBuffer counters, int number, Supplier<Double> error) {
      counters.putLong(FaultyProcess.OPENFHE, number);
      DeviceOutOfMemoryException failure = null;
      try {
        requireSmall(error.get());
      } catch (DeviceOutOfMemoryException e) {
        failure = e;
      }
      boolean refused = counters.getLong(FaultyProcess.OPENFHE) <= 0;
      counters.putLong(FaultyProcess.OPENFHE, 0);
      if (failure != null && !refused) {
        throw new AssertionError("allocation " + number + ": not refused", failure);
      }
      return refused;
    }

    private static void requireSmall(double error) {
      if (!(error < 1e-3)) {
        throw new AssertionError("expected an error below 1e-3, actual " + error);
      }
    }

    private static Path newFolder() {
      try {
        return Files.createTempDirectory(folder, "keys").resolve("keys");
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private static double engineKeys() {
      try (NativeClientWithOpenFheKey client = NativeClientWithOpenFheKey.generate(ENGINE_SET, 1)) {
        KeyPlan plan = new KeyPlan().rotate(1, 1).relinearize(1);
        client.writeEvaluationKeys(newFolder(), plan, (done, of, bytes) -> {});
        return Math.abs(client.decrypt(client.encrypt(new double[] {0.5}, 2))[0] - 0.5);
      }
    }

    private static Path write(OpenFheClient client) {
      Path keys = newFolder();
      KeyPlan plan = new KeyPlan().rotate(1, 5).relinearize(5).conjugate(5).bootstrap();
      client.writeEvaluationKeys(keys, plan, (done, of, bytes) -> {});
      return keys;
    }

    private static double openFheKeys() {
      try (OpenFheClient client = OpenFheClient.generate(OPENFHE_SET)) {
        try (OpenFheEvaluator evaluator = OpenFheEvaluator.open(write(client), 2)) {
          return arithmetic(client, evaluator);
        }
      }
    }

    /** A bootstrap of a rotated square. */
    private static double arithmetic(OpenFheClient client, OpenFheEvaluator evaluator) {
      double[] values = new double[client.parameters().slotCount()];
      Arrays.fill(values, 0.5);
      values[1] = -0.25;
      try (Ciphertext a = evaluator.deserialize(client.encrypt(values, 5));
          Ciphertext squared = evaluator.square(a);
          Ciphertext two = evaluator.relinearize(squared);
          Ciphertext rescaled = evaluator.rescale(two);
          Ciphertext turned = evaluator.rotate(rescaled, 1);
          Ciphertext low = evaluator.dropToLevel(turned, 2);
          Ciphertext fresh = evaluator.bootstrap(low)) {
        double[] actual = client.decrypt(evaluator.serialize(fresh));
        return Math.max(Math.abs(actual[0] - 0.0625), Math.abs(actual[2] - 0.25));
      }
    }
  }
}
