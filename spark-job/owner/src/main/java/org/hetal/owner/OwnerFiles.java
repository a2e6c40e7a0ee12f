package org.hetal.owner;

import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.dataset.PlanFile;

/**
 * Where a data owner keeps its secrets and records, on a local disk.
 *
 * @param secretKey file of the secret key, mode 0600
 * @param plan file of the plan, which holds nothing secret
 * @param privateFolder records of the data sets, identity and log of the oracle; mode 0700, never
 *     given to the cluster
 */
public record OwnerFiles(Path secretKey, Path plan, Path privateFolder) {
  private static final String SECRET_KEY = "secret.key";

  /**
   * Everything in one folder: {@code secret.key}, {@code plan.json}, {@code datasets/}, {@code
   * rows/}.
   *
   * @param folder of the local file system; it need not exist
   * @return paths in the folder
   */
  public static OwnerFiles in(Path folder) {
    return new OwnerFiles(folder.resolve(SECRET_KEY), folder.resolve(PlanFile.NAME), folder);
  }

  /**
   * The files that {@code paths.secret-key}, {@code paths.plan} and {@code paths.private} name.
   *
   * @param settings with local paths or file: URIs
   * @return the paths
   * @throws org.hetal.config.SettingsException when one of them is no local path
   */
  public static OwnerFiles of(Settings settings) {
    return new OwnerFiles(
        LocalPath.of("paths.secret-key", settings.paths().secretKey()),
        LocalPath.of("paths.plan", settings.paths().plan()),
        LocalPath.of("paths.private", settings.paths().privateDirectory()));
  }

  /**
   * Where a key holder publishes its public key for the data owners: beside the plan.
   *
   * @return {@code public.key}
   */
  public Path publicKey() {
    return plan.resolveSibling("public.key");
  }

  /**
   * Where a key holder publishes how all data owners prepare their rows: beside the plan.
   *
   * @return {@code preparation.json}
   */
  public Path preparation() {
    return plan.resolveSibling("preparation.json");
  }

  boolean hasPlan() {
    return Files.isRegularFile(plan);
  }
}
