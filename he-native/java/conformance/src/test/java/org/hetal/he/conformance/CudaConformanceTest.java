package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.DeviceUnavailableException;
import org.hetal.he.Evaluator;
import org.hetal.he.engine.NativeEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The native engine on the device cuda: the kernels played by the host, or a GPU's own where {@code
 * hetal.test.cuda.library} names the real library.
 */
@Tag("slow")
class CudaConformanceTest extends NativeConformanceTest {
  private static final String LIBRARY = "hetal.cuda.library";

  @Override
  DeviceSpec device(int threads) {
    return new DeviceSpec("cuda", threads, 0, 0);
  }

  @Test
  void device_isNotTheProcessor() {
    assertTrue(evaluator.device().startsWith("cuda/"), evaluator.device());
  }

  @Test
  void results_areTheProcessorsBytes() {
    byte[] expected;
    try (NativeFixture cpu = new NativeFixture(2)) {
      expected = everything(cpu);
    }
    try (NativeFixture cuda = new NativeFixture(device(2), NativeFixture.plan())) {
      assertArrayEquals(expected, everything(cuda));
    }
  }

  @Test
  void tooLittleMemory_isTypedAndLeavesTheEngineUsable() {
    Path bundle = ((NativeFixture) fixture).bundle();
    DeviceSpec small = new DeviceSpec("cuda", 2, 0, 6 << 20);
    try (Evaluator e = NativeEngine.open(bundle, small)) {
      byte[] x = evaluator.serialize(encrypt(slots(1), LEVEL));
      assertThrows(DeviceOutOfMemoryException.class, () -> fill(e, x));
      try (var read = e.deserialize(x)) {
        assertArrayEquals(x, e.serialize(read));
      }
    }
  }

  /** Without the keys, which are far larger than the memory. */
  private static void fill(Evaluator e, byte[] x) {
    try (var read = e.deserialize(x)) {
      e.bootstrap(read).close();
    }
  }

  @Test
  void libraryThatIsNone_isUnavailable(@TempDir Path folder) throws Exception {
    Path bundle = ((NativeFixture) fixture).bundle();
    Path text = java.nio.file.Files.writeString(folder.resolve("libhetal_cuda.so"), "no library");
    String before = System.setProperty(LIBRARY, text.toString());
    try {
      var e =
          assertThrows(
              DeviceUnavailableException.class, () -> NativeEngine.open(bundle, device(1)));
      assertTrue(e.getMessage().contains(text.toString()), e.getMessage());
    } finally {
      System.setProperty(LIBRARY, before);
    }
  }
}
