package org.hetal.he.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NativePlatformTest {
  private static final String FILE = "libhetal_engine.so";

  @Test
  void name_isOneForEachArchitecture() {
    assertEquals("linux-x86_64", NativePlatform.name("Linux", "amd64"));
    assertEquals("linux-x86_64", NativePlatform.name("Linux", "x86_64"));
    assertEquals("linux-aarch64", NativePlatform.name("Linux", "aarch64"));
    assertEquals("linux-aarch64", NativePlatform.name("Linux", "arm64"));
    assertEquals("linux-riscv64", NativePlatform.name("Linux", "riscv64"));
  }

  /** The build puts the library where the loader looks. */
  @Test
  void resource_ofThisPlatform_isThere() {
    assertNotNull(NativePlatformTest.class.getResource(NativePlatform.resource(FILE)));
  }

  @Test
  void absence_namesThisPlatformAndThoseOfTheJar() {
    String line = NativePlatform.absence(NativePlatformTest.class, FILE, "linux-riscv64");
    assertTrue(line.contains("/native/linux-riscv64/" + FILE), line);
    assertTrue(line.contains("actual only for " + NativePlatform.current()), line);
    assertTrue(line.contains("supported are linux-x86_64, linux-aarch64"), line);
    assertTrue(
        NativePlatform.absence(NativePlatformTest.class, "libnone.so", "linux-riscv64")
            .contains("actual for no platform"));
    assertEquals(1, line.lines().count());
  }
}
