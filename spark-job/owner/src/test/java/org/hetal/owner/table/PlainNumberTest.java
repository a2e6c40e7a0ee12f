package org.hetal.owner.table;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlainNumberTest {
  @Test
  void onlyPlainNumbersAreNumbers() {
    for (String good : List.of("1", "-1", "+2.5", ".5", "5.", "1e3", "1.5E-3", "007")) {
      assertTrue(PlainNumber.is(good), good);
    }
    for (String bad :
        List.of(
            "", "3d", "1f", "0x1p4", ".", "e5", "1e", "1e+", "--1", "1 2", "1_000", "NaN", "١")) {
      assertTrue(!PlainNumber.is(bad), bad);
    }
  }
}
