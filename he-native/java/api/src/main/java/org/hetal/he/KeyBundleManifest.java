package org.hetal.he;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Which evaluation keys a bundle holds, read from its manifest without opening the bundle: whether
 * they are enough for a plan is known before any work starts. Reads the manifests of the engine
 * ({@code hetal-keys}), of OpenFHE ({@code hetal-openfhe-keys}) and of the simulator ({@code
 * hetal-simulator-keys}); the two latter say their plan.
 */
public final class KeyBundleManifest {
  /** The file in the bundle's folder, written last: a folder without it is unfinished. */
  public static final String NAME = "manifest";

  /** Of the file. The engine has the same limit. */
  public static final int MAX_BYTES = 1 << 20;

  private static final BigInteger GALOIS_GENERATOR = BigInteger.valueOf(5);
  private static final int KEY_WORDS = 7;
  private static final int SHOWN = 5;

  private final String parameterSet;
  private final String parameterHash;
  private final String keyId;
  private final boolean byGaloisElement;
  private final Map<Long, Integer> rotations = new HashMap<>(); // element or steps to level
  private int relinearizationLevel = -1;
  private int conjugationLevel = -1;
  private boolean toSparse;
  private boolean fromSparse;

  private KeyBundleManifest(
      String parameterSet, String parameterHash, String keyId, boolean byGaloisElement) {
    this.parameterSet = parameterSet;
    this.parameterHash = parameterHash;
    this.keyId = keyId;
    this.byGaloisElement = byGaloisElement;
  }

  /**
   * Checks the digest and reads the lines.
   *
   * @param where the file, for messages
   * @param bytes the whole file
   * @return the manifest
   * @throws HeFormatException when it is damaged, or of a version that this release does not know
   */
  public static KeyBundleManifest parse(String where, byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int last = text.lastIndexOf("digest ");
    if (last < 0 || !text.substring(last).equals("digest " + sha256(text, last) + "\n")) {
      throw new HeFormatException(where + ": digest: the text was changed, damaged or truncated");
    }
    List<String> lines = text.substring(0, last).lines().toList();
    try {
      return parse(where, lines);
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new HeFormatException(where + ": not understood: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the manifest of a bundle.
   *
   * @param bundle the folder with the keys and the file {@link #NAME}
   * @return the manifest
   * @throws FileReadException when it cannot be read
   * @throws HeFormatException as {@link #bytes} and {@link #parse}
   */
  public static KeyBundleManifest read(Path bundle) {
    Path file = bundle.resolve(NAME);
    try {
      return parse(file.toString(), bytes(bundle));
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  /**
   * The bytes of the manifest of a bundle. As with key files a link is not followed.
   *
   * @param bundle the folder with the keys and the file {@link #NAME}
   * @return at most {@link #MAX_BYTES} bytes
   * @throws IOException when it cannot be read
   * @throws HeFormatException when it is longer, or not a regular file
   */
  public static byte[] bytes(Path bundle) throws IOException {
    Path file = bundle.resolve(NAME);
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new HeFormatException(file + ": expected a regular file, actual none");
    }
    try (InputStream in =
        Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      return bytes(file.toString(), in);
    }
  }

  /**
   * The bytes of a manifest that lies on another file system.
   *
   * @param where the file, for messages
   * @param in is read to its end, and not closed
   * @return at most {@link #MAX_BYTES} bytes
   * @throws IOException when it cannot be read
   * @throws HeFormatException when it is longer
   */
  public static byte[] bytes(String where, InputStream in) throws IOException {
    byte[] out = in.readNBytes(MAX_BYTES + 1);
    if (out.length > MAX_BYTES) {
      throw new HeFormatException(
          where + ": expected at most " + MAX_BYTES + " bytes, actual more");
    }
    return out;
  }

  private static KeyBundleManifest parse(String where, List<String> lines) {
    String first = lines.get(0);
    boolean engine = first.equals("hetal-keys 1");
    if (!engine
        && !first.equals("hetal-openfhe-keys 2")
        && !first.equals("hetal-simulator-keys 1")) {
      throw new HeFormatException(
          where
              + ": version: expected hetal-keys 1, hetal-openfhe-keys 2 or hetal-simulator-keys 1;"
              + " actual "
              + first);
    }
    String[] set = lines.get(1).split(" ");
    KeyBundleManifest out =
        new KeyBundleManifest(set[1], set[2], lines.get(2).split(" ")[1], engine);
    for (String line : lines.subList(3, lines.size())) {
      String[] words = line.split(" ");
      if (words[0].equals("key") && words.length == KEY_WORDS) {
        out.addKey(words[1], Long.parseLong(words[2]), Integer.parseInt(words[3]));
      } else if (words[0].equals("plan")) {
        out.addPlan(words);
      } else if (!words[0].equals("file")) {
        throw new HeFormatException(where + ": not understood: " + line);
      }
    }
    return out;
  }

  private void addKey(String kind, long element, int level) {
    switch (kind) {
      case "relinearization" -> relinearizationLevel = Math.max(relinearizationLevel, level);
      case "galois" -> rotations.merge(element, level, Math::max);
      case "to_sparse" -> toSparse = true;
      case "from_sparse" -> fromSparse = true;
      default -> throw new NumberFormatException("kind of key " + kind);
    }
  }

  private void addPlan(String[] words) {
    switch (words[1]) {
      case "relinearization" -> relinearizationLevel = Integer.parseInt(words[2]);
      case "conjugation" -> conjugationLevel = Integer.parseInt(words[2]);
      case "rotation" -> rotations.put(Long.parseLong(words[2]), Integer.parseInt(words[3]));
      case "bootstrap" -> {
        toSparse = true;
        fromSparse = true;
      }
      default -> throw new NumberFormatException("plan " + words[1]);
    }
  }

  /**
   * The manifest of a bundle whose keys are not listed one by one, but as the plan that they serve.
   *
   * @param first the line with format and version, such as {@code hetal-simulator-keys 1}
   * @param parameters the parameter set of the keys
   * @param keyId the id of the key pair; OpenFHE's key tag
   * @param plan the keys that the bundle holds
   * @return the text in UTF-8, its digest in the last line
   */
  public static byte[] ofPlan(String first, Parameters parameters, String keyId, KeyPlan plan) {
    StringBuilder text = new StringBuilder(first).append('\n');
    text.append("parameters " + parameters.name() + " " + parameters.hash() + "\n");
    text.append("key-id " + keyId + "\n");
    if (plan.relinearizationLevel() >= 0) {
      text.append("plan relinearization " + plan.relinearizationLevel() + "\n");
    }
    if (plan.conjugationLevel() >= 0) {
      text.append("plan conjugation " + plan.conjugationLevel() + "\n");
    }
    plan.rotations()
        .forEach((steps, level) -> text.append("plan rotation " + steps + " " + level + "\n"));
    if (plan.needsBootstrap()) {
      text.append("plan bootstrap\n");
    }
    String digest = sha256(text.toString(), text.length());
    return text.append("digest " + digest + "\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** {@return the name of the parameter set of the keys} */
  public String parameterSet() {
    return parameterSet;
  }

  /** {@return the hash of the parameter set, see {@link Parameters#hash()}} */
  public String parameterHash() {
    return parameterHash;
  }

  /** {@return the id of the key pair; OpenFHE's key tag} */
  public String keyId() {
    return keyId;
  }

  /**
   * The keys of a plan that the bundle lacks. Of the keys of a full bootstrap only those are looked
   * for that no other use has, since a writer of bundles writes all of them or none. Of sparse
   * bootstraps every key is looked for.
   *
   * @param plan the keys that a computation needs, with their levels
   * @param parameters the parameter set
   * @return the first five in words and how many more; empty when the bundle has all
   */
  public String missing(KeyPlan plan, Parameters parameters) {
    KeyPlan every = new KeyPlan().merge(plan);
    plan.sparseBootstraps().forEach(slots -> every.merge(parameters.sparseBootstrapKeys(slots)));
    List<String> all = missingKeys(every, parameters.ringDegree());
    return String.join(", ", all.subList(0, Math.min(SHOWN, all.size())))
        + (all.size() > SHOWN ? " and " + (all.size() - SHOWN) + " more" : "");
  }

  private List<String> missingKeys(KeyPlan plan, int ringDegree) {
    KeyLevels keys = keys(ringDegree);
    List<String> out = new ArrayList<>();
    if (keys.relinearization() < plan.relinearizationLevel()) {
      out.add("relinearization at level " + plan.relinearizationLevel());
    }
    if (keys.conjugation() < plan.conjugationLevel()) {
      out.add("conjugation at level " + plan.conjugationLevel());
    }
    if (plan.needsBootstrap() && !keys.bootstrap()) {
      out.add("bootstrapping");
    }
    plan.rotations()
        .forEach(
            (steps, level) -> {
              if (keys.rotation(steps) < level) {
                out.add("rotation by " + steps + " at level " + level);
              }
            });
    return out;
  }

  /**
   * The keys of the bundle with the level of each.
   *
   * @param ringDegree of the parameter set
   * @return what {@link EvaluatorRules} checks operations against
   */
  public KeyLevels keys(int ringDegree) {
    return new KeyLevels() {
      @Override
      public int rotation(int steps) {
        return rotations.getOrDefault(name(steps, ringDegree), NONE);
      }

      @Override
      public int relinearization() {
        return relinearizationLevel;
      }

      @Override
      public int conjugation() {
        return byGaloisElement
            ? rotations.getOrDefault(2L * ringDegree - 1, NONE)
            : conjugationLevel;
      }

      @Override
      public boolean bootstrap() {
        return toSparse && fromSparse;
      }
    };
  }

  /** A rotation by {@code steps} to the left is the automorphism X to X^(5^steps mod 2N). */
  private long name(int steps, int ringDegree) {
    if (!byGaloisElement) {
      return steps;
    }
    return GALOIS_GENERATOR
        .modPow(BigInteger.valueOf(steps), BigInteger.valueOf(2L * ringDegree))
        .longValueExact();
  }

  private static String sha256(String text, int length) {
    try {
      byte[] bytes = text.substring(0, length).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
