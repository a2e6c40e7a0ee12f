package org.hetal.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class EncryptedModelTest {
  /** The cluster writes the manifest; the run id appears on the owner's terminal. */
  @Test
  void runIdOfAnotherForm_isRefusedAndEscaped() {
    DatasetException refused =
        assertThrows(
            DatasetException.class,
            () -> new EncryptedModel(null, "\u001b[2Jx", 1, 1, 2, List.of()));
    assertEquals(
        "expected a run id of 1 to 64 letters, digits, . _ -, actual \"\\u001b[2Jx\"",
        refused.getMessage());
    assertThrows(DatasetException.class, () -> new EncryptedModel(null, null, 1, 1, 2, List.of()));
  }
}
