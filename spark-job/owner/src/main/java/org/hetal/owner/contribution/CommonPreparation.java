package org.hetal.owner.contribution;

import java.nio.file.Path;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.DigestedJson;
import org.hetal.dataset.LocalStorage;
import org.hetal.format.Digests;
import org.hetal.format.Json;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.Requirement;

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
    Requirement.columns(preparation.columns(), preparation.names());
    preparation.require();
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
