package org.hetal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UnitsTest {
  @Test
  void count_hasANounInSingularOrPlural() {
    assertEquals("0 rows", Units.count(0, "row"));
    assertEquals("1 validation group", Units.count(1, "validation group"));
    assertEquals("1,200 rows", Units.count(1200, "row"));
    assertEquals("2 minibatches", Units.count(2, "minibatch", "minibatches"));
  }

  @Test
  void duration_isInUnitsThatAPersonReads() {
    assertEquals("4.2 s", Units.duration(4.2));
    assertEquals("59.4 s", Units.duration(59.4));
    assertEquals("1 min 00 s", Units.duration(59.7));
    assertEquals("1 min 59 s", Units.duration(119));
    assertEquals("2 h 05 min", Units.duration(7500));
  }

  @Test
  void bytes_areInPowersOfAThousand() {
    assertEquals("999 B", Units.bytes(999));
    assertEquals("2.93 GB", Units.bytes(2_930_000_000L));
    assertEquals("18.9 MB", Units.bytes(18_900_000));
  }
}
