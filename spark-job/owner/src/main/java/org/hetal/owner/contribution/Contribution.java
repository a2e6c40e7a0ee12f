package org.hetal.owner.contribution;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.hetal.config.Settings;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.DigestedJson;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.PlanSettings;
import org.hetal.format.Digests;
import org.hetal.format.Json;
import org.hetal.format.Shown;
import org.hetal.he.HeFormatException;
import org.hetal.he.Parameters;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.Encryptor;
import org.hetal.he.owner.PublicEncryptor;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.Requirement;
import org.hetal.owner.data.Splits;
import org.hetal.owner.table.LabelColumn;
import org.hetal.owner.table.Table;
import org.hetal.plan.DataShape;
import org.hetal.plan.Preprocessing;

/**
 * A file with the encrypted sums of one owner's rows, or of several owners' together. Owners pass
 * it on: each adds its own, the last gives it to the key holder, who alone can open it and finds
 * the totals. Whoever has the secret key and two files of the chain finds the difference, so an
 * owner gives its file to the next owner and to nobody else. What else is in the file is in the
 * clear.
 *
 * @param parameterSet its name
 * @param parameterHash {@code Parameters.hash()}
 * @param keyId of the key holder's key pair
 * @param columns of a raw row
 * @param names of the columns; empty when no owner's file has them
 * @param classes of labels, 0 to classes - 1
 * @param classNames the words that the owners have as labels, sorted; empty when labels are numbers
 * @param preprocessing that all owners chose
 * @param ciphertexts of the sums, as {@link Totals} lays them out, at level {@link #LEVEL}
 */
public record Contribution(
    String parameterSet,
    String parameterHash,
    String keyId,
    int columns,
    List<String> names,
    int classes,
    List<String> classNames,
    Preprocessing preprocessing,
    List<byte[]> ciphertexts) {
  /** Of the ciphertexts: level 0 has no room for slots of 2^25. */
  static final int LEVEL = 1;

  private static final DigestedJson FILE =
      new DigestedJson("hetal-contribution", 1, "another release wrote it: contribute again");

  /**
   * Checks all ranges.
   *
   * @throws DatasetException naming the field, with the expected and the actual value
   */
  public Contribution {
    names = List.copyOf(names);
    classNames = List.copyOf(classNames);
    ciphertexts = List.copyOf(ciphertexts);
    Requirement.that(
        parameterSet.matches("[a-z0-9_]{1,64}"),
        "parameterSet",
        "the name of a parameter set",
        Shown.quoted(parameterSet));
    Requirement.that(
        parameterHash.matches("[0-9a-f]{1,64}"),
        "parameterHash",
        "hexadecimal digits",
        Shown.quoted(parameterHash));
    Requirement.hex("keyId", keyId, 32);
    Requirement.columns(columns, names);
    Requirement.classes(classes, classNames);
    Requirement.that(
        classNames.equals(LabelColumn.sorted(classNames)), "classNames", "sorted", "others");
    Requirement.that(
        !ciphertexts.isEmpty() && ciphertexts.stream().allMatch(bytes -> bytes.length > 0),
        "ciphertexts",
        "one or more, none empty",
        ciphertexts.size());
  }

  /**
   * What the key holder opened.
   *
   * @param contributions whose totals these are
   * @param shape rows of all owners, and features of a prepared row
   * @param common how all owners prepare their rows
   */
  public record Opened(int contributions, DataShape shape, CommonPreparation common) {}

  /**
   * The sums of an owner's rows, encrypted, and added to those of other owners. Cost: one
   * encryption per 454 columns at N = 2^16.
   *
   * @param splits raw rows; only training rows enter the sums of columns
   * @param data how the owner prepares rows
   * @param encryptor of the key holder's public key
   * @param previous of the owners before; null: this is the first
   * @param where {@code previous} is, for messages
   * @return the sum
   * @throws org.hetal.owner.table.DataException when columns or classes are not those of the owners
   *     before, or a value is out of range
   * @throws DatasetException when {@code previous} is of another key, parameter set or preparation,
   *     or damaged
   */
  public static Contribution of(
      Splits splits,
      Settings.Data data,
      PublicEncryptor encryptor,
      Contribution previous,
      String where) {
    if (previous != null) {
      previous.requireKey(where, encryptor);
      previous.requireSettings(where, data);
    }
    Splits like = previous == null ? splits : previous.likeColumns(where, splits);
    List<String> words = like.train().classNames();
    List<String> classNames =
        previous == null ? words : previous.withClasses(where, words, like.train());
    List<byte[]> sums = new ArrayList<>();
    for (double[] slots : Totals.of(like).toSlots(encryptor.parameters().slotCount())) {
      byte[] own = encryptor.encrypt(slots, LEVEL);
      int index = sums.size();
      sums.add(previous == null ? own : previous.sum(where, index, encryptor, own));
    }
    List<String> ownNames = like.train().sourceColumns().names();
    return new Contribution(
        encryptor.parameters().name(),
        encryptor.parameters().hash(),
        encryptor.keyId(),
        like.train().columns(),
        ownNames.isEmpty() && previous != null ? previous.names : ownNames,
        data.classes(),
        classNames,
        PlanSettings.preprocessing(data),
        sums);
  }

  private byte[] sum(String where, int index, PublicEncryptor encryptor, byte[] own) {
    try {
      return encryptor.add(ciphertexts.get(index), own);
    } catch (HeFormatException e) {
      throw damaged(where, index, e);
    }
  }

  private static DatasetException damaged(String where, int index, HeFormatException e) {
    return new DatasetException(where + ": ciphertext " + (index + 1) + ": " + e.getMessage(), e);
  }

  private void requireKey(String where, Encryptor key) {
    Parameters parameters = key.parameters();
    Requirement.that(
        parameterSet.equals(parameters.name()),
        where + ": parameters",
        parameters.name() + ", as the key has",
        parameterSet);
    Requirement.that(
        parameterHash.equals(parameters.hash()),
        where + ": parameters",
        parameters.name() + " (" + parameters.hash() + ")",
        "another version, " + parameterHash);
    Requirement.that(
        keyId.equals(key.keyId()), where + ": key", key.keyId(), keyId + ", of another key holder");
    int expected = Totals.ciphertexts(columns, parameters.slotCount());
    Requirement.that(
        ciphertexts.size() == expected,
        where + ": ciphertexts",
        expected + " for " + columns + " columns",
        ciphertexts.size());
  }

  private void requireSettings(String where, Settings.Data data) {
    List<String> differences = new ArrayList<>();
    Preprocessing now = PlanSettings.preprocessing(data);
    differs(differences, "data.classes", classes, data.classes());
    differs(differences, "data.bias", preprocessing.bias(), now.bias());
    differs(differences, "data.centering", preprocessing.centering(), now.centering());
    differs(differences, "data.standardize", preprocessing.standardize(), now.standardize());
    differs(differences, "data.missing", preprocessing.missing(), now.missing());
    differs(differences, "data.scaling", preprocessing.scaling(), now.scaling());
    differs(differences, "data.row-norm-bound", preprocessing.rowNormBound(), now.rowNormBound());
    if (!differences.isEmpty()) {
      throw new DatasetException(
          where
              + ": "
              + String.join("; ", differences)
              + "; all owners and the key holder need the same settings");
    }
  }

  private static void differs(List<String> out, String name, Object contributed, Object now) {
    if (!contributed.equals(now)) {
      out.add(name + ": contributed with " + text(contributed) + ", now " + text(now));
    }
  }

  private static String text(Object value) {
    return value instanceof Enum<?> choice
        ? choice.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-')
        : value.toString();
  }

  private Splits likeColumns(String where, Splits splits) {
    return splits.map(table -> table.requireNames(names, where).withColumns(columns, where));
  }

  /** The words of all owners; an owner may lack rows of a class. */
  private List<String> withClasses(String where, List<String> own, Table train) {
    Requirement.that(
        own.isEmpty() == classNames.isEmpty(),
        train.source() + ": labels",
        (classNames.isEmpty() ? "numbers" : "words") + ", as in " + where,
        own.isEmpty() ? "numbers" : "words");
    TreeSet<String> all = new TreeSet<>(classNames);
    all.addAll(own);
    List<String> added = own.stream().filter(word -> !classNames.contains(word)).toList();
    Requirement.that(
        all.size() <= classes,
        train.source() + ": labels",
        "those of " + where + ", " + Shown.quoted(classNames) + ", as data.classes = " + classes,
        "also " + Shown.quoted(added));
    return LabelColumn.sorted(all);
  }

  /**
   * Opens the totals and fits the common preparation to them.
   *
   * @param where this is, for messages
   * @param data how the key holder's plan prepares rows
   * @param client with the secret key
   * @param insecureSeed null: the salt is random; a seed makes it predictable, for tests
   * @param beforeDecryption called when this fits key and settings, before anything is decrypted
   * @return the preparation and the number of rows
   * @throws DatasetException when this is of another key, parameter set or preparation, or damaged
   * @throws org.hetal.owner.table.DataException when no preparation fits
   */
  public Opened open(
      String where,
      Settings.Data data,
      Client client,
      Long insecureSeed,
      Runnable beforeDecryption) {
    requireKey(where, client);
    requireSettings(where, data);
    beforeDecryption.run();
    List<double[]> slots = new ArrayList<>();
    for (int i = 0; i < ciphertexts.size(); i++) {
      try {
        slots.add(client.decrypt(ciphertexts.get(i)));
      } catch (HeFormatException e) {
        throw damaged(where, i, e);
      }
    }
    Totals totals = totals(where, slots);
    Preparation fitted = CommonFit.fit(totals.training(), names, preprocessing);
    return new Opened(
        (int) totals.contributions(),
        shape(where, totals, fitted),
        new CommonPreparation(salt(insecureSeed), keyId, classNames, classes, fitted));
  }

  private Totals totals(String where, List<double[]> slots) {
    try {
      return Totals.ofSlots(slots, columns);
    } catch (DatasetException e) {
      throw new DatasetException(where + ": " + e.getMessage(), e);
    }
  }

  private static DataShape shape(String where, Totals totals, Preparation fitted) {
    try {
      return new DataShape(
          (int) totals.training().rows(), (int) totals.validationRows(), fitted.features());
    } catch (IllegalArgumentException e) {
      throw new DatasetException(where + ": " + e.getMessage(), e);
    }
  }

  private String salt(Long insecureSeed) {
    if (insecureSeed != null) {
      return Digests.sha256("hetal insecure salt\n" + insecureSeed + "\n" + keyId);
    }
    byte[] random = new byte[CommonPreparation.SALT_DIGITS / 2];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** {@return bytes of the ciphertexts} */
  public long bytes() {
    return ciphertexts.stream().mapToLong(bytes -> bytes.length).sum();
  }

  /** {@return SHA-256 of the content in lower-case hex} */
  public String digest() {
    return Digests.sha256(Json.bytes(Json.tree(this)));
  }

  /**
   * Reads and checks a file; the ciphertexts are checked when they are added or opened.
   *
   * @param file of the local file system
   * @return its content
   * @throws DatasetException when it is missing, damaged, of another version or out of range
   */
  public static Contribution read(Path file) {
    return FILE.read(folder(file), file.getFileName().toString(), Contribution.class);
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
