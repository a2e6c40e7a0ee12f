package org.hetal.he.openfhe;

import java.nio.file.Path;
import org.hetal.he.KeyPlan;

/** What the evaluator does with a bundle, for files of which no parameter set has the ring. */
public final class GoldenKeyBundle {
  private final OpenFheKeyBundle bundle;
  private final Path directory;

  public GoldenKeyBundle(Path directory, String manifestDigest) {
    this.directory = directory;
    this.bundle = OpenFheKeyBundle.read(directory, manifestDigest);
  }

  public String parameterSet() {
    return bundle.parameters().name();
  }

  public String keyTag() {
    return bundle.keyTag();
  }

  public KeyPlan plan() {
    return bundle.plan();
  }

  public void load(CkksContext context) {
    bundle.load(directory, context);
  }
}
