package org.hetal.spark.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Digests;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.HeFormatException;
import org.hetal.he.KeyPlan;
import org.hetal.he.owner.NativeClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendsTest {
  private static final String SET = "insecure_n10_l12";

  @TempDir Path keys;

  /** The folder is compared before; somebody may write it between that and the engine's reading. */
  @Test
  void open_ofABundleWithAnotherManifest_isRefusedByTheEngine() throws Exception {
    String keyId;
    String parameterHash;
    try (NativeClient client = NativeClient.insecureGenerate(SET, 1, 1)) {
      client.writeEvaluationKeys(keys, new KeyPlan().relinearize(1), (done, of, bytes) -> {});
      keyId = client.keyId();
      parameterHash = client.parameters().hash();
    }
    String digest = Digests.sha256(Files.readAllBytes(keys.resolve("manifest")));
    String other = Digests.sha256("another manifest");
    for (boolean withKeys : new boolean[] {true, false}) {
      try (Evaluator evaluator =
          Backends.open(spec(parameterHash, keyId, digest, withKeys), keys)) {
        assertEquals(keyId, evaluator.keyId());
      }
      String refusal =
          assertThrows(
                  HeFormatException.class,
                  () -> Backends.open(spec(parameterHash, keyId, other, withKeys), keys))
              .getMessage();
      assertTrue(refusal.contains(other + ", actual " + digest), refusal);
      assertThrows(
          DatasetException.class,
          () -> Backends.open(spec(parameterHash, "0".repeat(32), digest, withKeys), keys));
    }
  }

  private EngineSpec spec(String parameterHash, String keyId, String digest, boolean withKeys) {
    return new EngineSpec(
        "native", SET, parameterHash, keyId, keys.toString(), digest, withKeys, DeviceSpec.cpu(1));
  }
}
