package org.hetal.owner;

import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
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

  /** Whether a key holder published something here. */
  boolean isPublished() {
    return Files.exists(publicKey()) || Files.exists(preparation());
  }

  /** What a key holder published: public key or preparation. */
  Path published() {
    return Files.exists(publicKey()) ? publicKey() : preparation();
  }

  /**
   * Checks that a plan for one owner may be written.
   *
   * @throws org.hetal.dataset.CommitException when the folder of the plan is that of a training of
   *     several owners
   */
  public void requireOneOwner() {
    boolean joint = isPublished();
    String found = joint ? published().getFileName().toString() : PlanFile.NAME;
    if (!joint && hasPlan()) {
      try {
        joint = PlanFile.read(plan).isJoint();
      } catch (DatasetException e) {
        return; // a plan that cannot be read is replaced
      }
    }
    if (joint) {
      throw new CommitException(
          plan
              + ": expected no plan or one for one owner, actual the folder of a training of several"
              + " owners ("
              + found
              + "); kept. Use --contribute or --contributions, or set paths.plan to another folder");
    }
  }

  boolean hasPlan() {
    return Files.isRegularFile(plan);
  }
}
