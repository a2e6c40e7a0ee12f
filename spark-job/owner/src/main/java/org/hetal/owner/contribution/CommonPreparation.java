package org.hetal.owner.contribution;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.DigestedJson;
import org.hetal.dataset.LocalStorage;
import org.hetal.format.Digests;
import org.hetal.format.Json;
import org.hetal.owner.data.Preparation;
import org.hetal.packing.Layout;

/**
 * {@code preparation.json}: how every owner of a joint training prepares its rows. It holds
 * statistics of all training rows together, so the key holder gives it to the data owners and never
 * to the cluster, which sees only its digest.
 *
 * @param salt 64 random hexadecimal digits, without which guessed statistics could be compared with
 *     the digest
 * @param keyId of the key holder's key pair, 32 hexadecimal digits: no other public key is used
 * @param classNames the word of each class; empty when labels are numbers
 * @param classes of labels, 0 to classes - 1
 * @param preparation fitted to the training rows of all owners
 */
public record CommonPreparation(
    String salt, String keyId, List<String> classNames, int classes, Preparation preparation) {
  /** Of the salt. */
  static final int SALT_DIGITS = 64;

  private static final int KEY_ID_DIGITS = 32;

  private static final DigestedJson FILE =
      new DigestedJson(
          "hetal-common-preparation",
          1,
          "another release wrote it: ask the key holder to run hetal plan --contributions again");

  /**
   * Checks all ranges.
   *
   * @throws DatasetException naming the field, with the expected and the actual value
   */
  public CommonPreparation {
    classNames = List.copyOf(classNames);
    Requirement.hex("salt", salt, SALT_DIGITS);
    Requirement.hex("keyId", keyId, KEY_ID_DIGITS);
    Requirement.classes(classes, classNames);
    require(preparation);
  }

  private static void require(Preparation p) {
    Requirement.columns(p.columns(), p.names());
    int[] kept = p.kept();
    Requirement.that(
        kept.length >= 1 && kept.length < Layout.MAX_FEATURES,
        "preparation.kept",
        "1 to " + (Layout.MAX_FEATURES - 1) + " columns",
        kept.length);
    for (int i = 0; i < kept.length; i++) {
      Requirement.that(
          kept[i] > (i == 0 ? -1 : kept[i - 1]) && kept[i] < p.columns(),
          "preparation.kept",
          "ascending columns below " + p.columns(),
          kept[i]);
    }
    if (p.fills().length > 0) {
      finite("preparation.fills", p.fills(), p.columns());
    }
    finite("preparation.means", p.means(), kept.length);
    finite("preparation.deviations", p.deviations(), kept.length);
    for (double deviation : p.deviations()) {
      positive("preparation.deviations", deviation);
    }
    positive("preparation.factor", p.factor());
    positive("preparation.rowNormBound", p.rowNormBound());
    Requirement.that(
        p.bias() >= 0 && p.bias() <= 1, "preparation.bias", "a number of 0 to 1", p.bias());
  }

  private static void finite(String field, double[] values, int count) {
    Requirement.that(values.length == count, field, count + " numbers", values.length);
    Requirement.that(
        Arrays.stream(values).allMatch(Double::isFinite), field, "finite numbers", "others");
  }

  private static void positive(String field, double value) {
    Requirement.that(value > 0 && Double.isFinite(value), field, "a positive finite number", value);
  }

  /** {@return SHA-256 of the content in lower-case hex: what the joint plan holds} */
  public String digest() {
    return Digests.sha256(Json.bytes(Json.tree(this)));
  }

  /**
   * This, with the salt of a file that has the same numbers, so that a repeated command makes the
   * same plan.
   *
   * @param file of an earlier preparation
   * @return this if the file has other numbers or cannot be read
   */
  public CommonPreparation withSaltOf(Path file) {
    try {
      CommonPreparation earlier = read(file);
      CommonPreparation same =
          new CommonPreparation(earlier.salt, keyId, classNames, classes, preparation);
      return same.digest().equals(earlier.digest()) ? same : this;
    } catch (DatasetException e) {
      return this;
    }
  }

  /**
   * Reads and checks a file.
   *
   * @param file of the local file system
   * @return its content
   * @throws DatasetException when it is missing, damaged, of another version or out of range
   */
  public static CommonPreparation read(Path file) {
    return FILE.read(folder(file), file.getFileName().toString(), CommonPreparation.class);
  }

  /**
   * Writes or replaces a file, mode 0600.
   *
   * @param file of the local file system
   * @throws org.hetal.he.FileWriteException when it cannot be written
   */
  public void write(Path file) {
    FILE.write(
        LocalStorage.ownerOnly(file.toAbsolutePath().getParent()),
        file.getFileName().toString(),
        this);
  }

  private static LocalStorage folder(Path file) {
    return new LocalStorage(file.toAbsolutePath().getParent());
  }
}
