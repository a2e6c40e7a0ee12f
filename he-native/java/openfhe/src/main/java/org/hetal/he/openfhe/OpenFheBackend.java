package org.hetal.he.openfhe;

import java.nio.file.Path;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.EvaluatorBackend;
import org.hetal.he.Parameters;

/**
 * OpenFHE alone computes. Its classes and libraries are in a jar of their own, hetal-he-openfhe,
 * which a cluster gets only for this backend: OpenFHE's library, unlike the native engine's, can
 * decrypt, though no class here calls that and no secret key comes to a cluster.
 *
 * <p>One iteration at 128-bit security and N = 2^16, on a machine with 16 GB of memory to spare:
 *
 * <pre>
 * JAVA_TOOL_OPTIONS=-Xmx2g ./hetal bench train -c conf/openfhe.conf --iterations 1
 * </pre>
 */
public final class OpenFheBackend implements EvaluatorBackend {
  @Override
  public String name() {
    return "openfhe";
  }

  @Override
  public boolean needsKeys() {
    return true;
  }

  @Override
  public Parameters parameters(String name) {
    return OpenFheParameters.named(name);
  }

  @Override
  public Evaluator open(
      Path keyBundle, String manifestDigest, String parameterSet, DeviceSpec device) {
    return OpenFheEvaluator.open(keyBundle, manifestDigest, device.threads());
  }

  @Override
  public Evaluator openWithoutKeys(
      Path manifestFolder, String manifestDigest, String parameterSet, int threads) {
    return OpenFheEvaluator.openWithoutKeys(manifestFolder, manifestDigest, threads);
  }
}
