package org.hetal.owner.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.hetal.config.SettingsLoader;
import org.hetal.format.Digests;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.HeFormatException;
import org.hetal.he.KeyPlan;
import org.hetal.he.owner.Client;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientsTest {
  private static final String SET = "insecure_n10_l12";

  @TempDir Path keys;

  /** The folder is compared before; somebody may write it between that and the engine's reading. */
  @Test
  void evaluator_ofABundleWithAnotherManifest_isRefusedByTheEngine() throws Exception {
    Clients clients =
        Clients.of(SettingsLoader.load(List.of(), Map.of("backend", "native", "parameters", SET)));
    DeviceSpec device = DeviceSpec.cpu(1);
    String keyId;
    try (Client client = clients.generate(SET, 1L)) {
      client.writeEvaluationKeys(keys, new KeyPlan().relinearize(1), (done, of, bytes) -> {});
      keyId = client.keyId();
    }
    String digest = Digests.sha256(Files.readAllBytes(keys.resolve("manifest")));
    try (Evaluator evaluator = clients.evaluator(keys, digest, SET, device)) {
      assertEquals(keyId, evaluator.keyId());
    }
    String other = Digests.sha256("another manifest");
    String refusal =
        assertThrows(
                HeFormatException.class, () -> clients.evaluator(keys, other, SET, device).close())
            .getMessage();
    assertTrue(refusal.contains(other + ", actual " + digest), refusal);
  }
}
