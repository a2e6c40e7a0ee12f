package org.hetal.owner.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each target of the fuzzer accepts its seeds, refuses damaged ones with the exception that its
 * reader documents, and still does so for what the fuzzer found earlier. dev/fuzz.sh runs the
 * targets under Jazzer.
 */
class FuzzTargetsTest {
  private static final int ROUNDS = 200;
  private static final Path FOUND = Path.of("src/test/resources/org/hetal/owner/fuzz/found");

  static List<FuzzTarget> targets() {
    return FuzzTargets.all();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void seeds_areAccepted_andDamagedOnesRefusedOrRead(FuzzTarget target) throws Exception {
    SplittableRandom random = new SplittableRandom(17);
    int refused = 0;
    for (byte[] seed : target.seeds()) {
      assertTrue(target.accepts(seed), "a seed is refused");
      for (int round = 0; round < ROUNDS; round++) {
        byte[] changed = seed.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
          changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        refused += target.accepts(changed) ? 0 : 1;
      }
    }
    assertTrue(refused > 0, "none of the damaged seeds was refused");
    assertFalse(target.accepts(new byte[0]) && target.accepts(new byte[] {(byte) 0xff}));
  }

  @ParameterizedTest
  @MethodSource("targets")
  void whatTheFuzzerFound_isReadOrRefused(FuzzTarget target) throws Exception {
    Path folder = FOUND.resolve(target.name());
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          target.accepts(Files.readAllBytes(file));
        }
      }
    }
  }
}
