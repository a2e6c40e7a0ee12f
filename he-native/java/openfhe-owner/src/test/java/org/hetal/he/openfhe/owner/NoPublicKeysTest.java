package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.hetal.he.owner.ClientBackend;
import org.junit.jupiter.api.Test;

/** OpenFHE's clients have no public keys yet, and say so; OpenFHE itself is not needed for that. */
class NoPublicKeysTest {
  @Test
  void encryptor_isRefused() {
    for (ClientBackend backend :
        List.of(new OpenFheClientBackend(), new OpenFheKeyClientBackend())) {
      assertFalse(backend.hasPublicKeys());
      assertEquals(
          "public keys: expected the client native or simulator, actual openfhe, which has none",
          assertThrows(
                  UnsupportedOperationException.class,
                  () -> backend.encryptor(Path.of("public.key"), "insecure_n10_l12", 1))
              .getMessage());
    }
  }
}
