package org.hetal.spark.engine;

import java.nio.file.Path;
import org.hetal.config.SettingsException;
import org.hetal.he.Evaluator;

/**
 * OpenFHE alone computes. Its classes and libraries are in a jar of their own, hetal-he-openfhe,
 * which the cluster gets only for this backend: OpenFHE's library, unlike everything in the
 * cluster's own jar, knows how to decrypt, though no class here calls that and no secret key comes
 * here.
 *
 * <p>One iteration at 128-bit security and N = 2^16, on a machine with 16 GB of memory to spare:
 *
 * <pre>
 * JAVA_TOOL_OPTIONS=-Xmx2g ./hetal bench train -c conf/openfhe.conf --iterations 1
 * </pre>
 */
public final class OpenFheBackend implements Backend {
  private static final String EVALUATOR = "org/hetal/he/openfhe/OpenFheEvaluator.class";

  @Override
  public String name() {
    return "openfhe";
  }

  @Override
  public boolean needsKeys() {
    return true;
  }

  /**
   * @throws SettingsException when the jar, or OpenFHE in it, is missing; the message says how to
   *     get it
   */
  @Override
  public Evaluator open(EngineSpec spec, Path keys) {
    if (OpenFheBackend.class.getClassLoader().getResource(EVALUATOR) == null) {
      throw new SettingsException(
          "backend openfhe: expected hetal-he-openfhe-VERSION.jar on the class path (spark-submit"
              + " --jars he-native/java/openfhe/target/hetal-he-openfhe-VERSION.jar), actual"
              + " none");
    }
    return OpenFheBackendLoader.open(spec, keys);
  }
}
