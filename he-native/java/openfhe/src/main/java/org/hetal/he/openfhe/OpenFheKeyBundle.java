package org.hetal.he.openfhe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.hetal.he.AtomicFile;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;
import org.hetal.he.HeFormatException;
import org.hetal.he.IoReason;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.KeyPlan;

/**
 * Evaluation keys of OpenFHE on disk: a directory with one file a key, each OpenFHE's own form in
 * an {@link Envelope}, and a text file {@code manifest}, written last.
 *
 * <pre>
 * hetal-openfhe-keys 2
 * parameters NAME HASH
 * key-tag TAG
 * plan relinearization LEVEL | conjugation LEVEL | rotation STEPS LEVEL | bootstrap
 * file relinearization|rotations NAME SIZE SHA-256
 * digest SHA-256 of the lines before
 * </pre>
 *
 * OpenFHE makes keys with all digits; those of the plan are cut to the digits that their level
 * uses, those of bootstraps are whole. A step that is in both has its bootstrap's key alone, and
 * the plan's level holds all the same, so that a computation that leaves its plan fails as it would
 * with the native engine.
 */
public final class OpenFheKeyBundle {
  private static final String MANIFEST = KeyBundleManifest.NAME;
  private static final String FIRST = "hetal-openfhe-keys 2";

  private final OpenFheParameters parameters;
  private final String keyTag;
  private final KeyPlan plan;
  private final List<KeyFile> files;

  /** A line of the manifest. The file reaches OpenFHE's reader only with this size and digest. */
  private record KeyFile(boolean relinearization, String name, int bytes, String digest) {
    String line() {
      String kind = relinearization ? "relinearization" : "rotations";
      return "file " + kind + " " + name + " " + bytes + " " + digest + "\n";
    }

    byte[] read(Path directory) {
      Path path = directory.resolve(name);
      try (SeekableByteChannel in =
              Files.newByteChannel(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
          InputStream stream = Channels.newInputStream(in)) {
        byte[] out = stream.readNBytes(Math.min(Integer.MAX_VALUE - 8, Math.max(0, bytes)) + 1);
        String actual = sha256(out);
        if (out.length != bytes || !actual.equals(digest)) {
          throw new HeFormatException(
              String.format(
                  Locale.ROOT,
                  "%s: expected %d bytes with SHA-256 %s, as the manifest says; actual %s with"
                      + " SHA-256 %s",
                  path,
                  bytes,
                  digest,
                  out.length > bytes ? "more" : out.length,
                  actual));
        }
        return out;
      } catch (IOException e) {
        throw FileReadException.of(path, e);
      }
    }
  }

  /** What the lines of a manifest say. */
  record Content(
      String parameterSet,
      String parameterHash,
      String keyTag,
      KeyPlan plan,
      List<KeyFile> files) {}

  private OpenFheKeyBundle(
      OpenFheParameters parameters, String keyTag, KeyPlan plan, List<KeyFile> files) {
    this.parameters = parameters;
    this.keyTag = keyTag;
    this.plan = plan;
    this.files = files;
  }

  public OpenFheParameters parameters() {
    return parameters;
  }

  public String keyTag() {
    return keyTag;
  }

  /** What the bundle was made for: nothing else may be computed with it. */
  KeyPlan plan() {
    return plan;
  }

  /**
   * Reads and checks a manifest.
   *
   * @param manifestDigest SHA-256 of the whole file in hex; null for any
   * @throws FileReadException when there is none
   * @throws HeFormatException when it is longer than {@link KeyBundleManifest#MAX_BYTES} or a link,
   *     its digest is another, it is damaged, or its parameter set is none of this release
   */
  static OpenFheKeyBundle read(Path directory, String manifestDigest) {
    Path path = directory.resolve(MANIFEST);
    byte[] bytes;
    try {
      bytes = KeyBundleManifest.bytes(directory);
    } catch (IOException e) {
      throw new FileReadException(
          "no key bundle in "
              + directory
              + ": "
              + path
              + ": "
              + IoReason.of(e)
              + " (it is written last: the bundle may be unfinished)",
          e);
    }
    String actual = sha256(bytes);
    if (manifestDigest != null && !actual.equals(manifestDigest)) {
      throw new HeFormatException(
          path + ": expected SHA-256 " + manifestDigest + ", actual " + actual);
    }
    Content content = parse(path, bytes);
    OpenFheParameters parameters = parameters(path, content.parameterSet());
    if (!parameters.hash().equals(content.parameterHash())) {
      throw new HeFormatException(
          path
              + ": parameters: expected "
              + parameters.hash()
              + ", actual "
              + content.parameterHash());
    }
    return new OpenFheKeyBundle(parameters, content.keyTag(), content.plan(), content.files());
  }

  private static OpenFheParameters parameters(Path path, String name) {
    try {
      return OpenFheParameters.named(name);
    } catch (IllegalArgumentException e) {
      throw new HeFormatException(path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the lines of a manifest, without OpenFHE.
   *
   * @param path for messages
   * @param bytes the whole file
   * @throws HeFormatException when it is damaged or of another version
   */
  static Content parse(Path path, byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int last = text.lastIndexOf("digest ");
    if (last < 0 || !text.substring(last).equals(digestLine(text.substring(0, last)))) {
      throw new HeFormatException(path + ": digest: the text was changed, damaged or truncated");
    }
    List<String> lines = text.substring(0, last).lines().toList();
    try {
      return parse(path, lines);
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new HeFormatException(path + ": not understood: " + e.getMessage(), e);
    }
  }

  private static Content parse(Path path, List<String> lines) {
    if (!lines.get(0).equals(FIRST)) {
      throw new HeFormatException(
          path + ": version: expected " + FIRST + ", actual " + lines.get(0));
    }
    String[] set = lines.get(1).split(" ");
    String tag = lines.get(2).split(" ")[1];
    KeyPlan plan = new KeyPlan();
    List<KeyFile> files = new ArrayList<>();
    for (String line : lines.subList(3, lines.size())) {
      String[] words = line.split(" ");
      switch (words[0] + " " + words[1]) {
        case "plan relinearization" -> plan.relinearize(Integer.parseInt(words[2]));
        case "plan conjugation" -> plan.conjugate(Integer.parseInt(words[2]));
        case "plan rotation" -> plan.rotate(Integer.parseInt(words[2]), Integer.parseInt(words[3]));
        case "plan bootstrap" -> plan.bootstrap();
        case "file relinearization", "file rotations" -> {
          if (!words[2].matches("[A-Za-z0-9_.-]{1,64}")) {
            throw new HeFormatException(path + ": expected a plain file name, actual " + words[2]);
          }
          files.add(
              new KeyFile(
                  words[1].equals("relinearization"),
                  words[2],
                  Integer.parseInt(words[3]),
                  words[4]));
        }
        default -> throw new HeFormatException(path + ": not understood: " + line);
      }
    }
    return new Content(set[1], set[2], tag, plan, files);
  }

  /** Loads all keys into the context. */
  void load(Path directory, CkksContext context) {
    for (KeyFile file : files) {
      byte[] bytes = file.read(directory);
      if (file.relinearization()) {
        context.loadRelinearizationKeys(bytes);
      } else {
        context.loadRotationKeys(bytes);
      }
    }
  }

  /** Writes a bundle: keys as they come, the manifest when {@link #commit} is called. */
  public static final class Writer {
    private final Path directory;
    private final StringBuilder text = new StringBuilder();
    private int written;

    /**
     * @throws FileWriteException when the directory has a manifest already
     */
    public Writer(Path directory, OpenFheParameters parameters, String keyTag, KeyPlan plan) {
      this.directory = directory;
      if (Files.exists(directory.resolve(MANIFEST))) {
        throw new FileWriteException("refusing to overwrite the key bundle in " + directory);
      }
      text.append(FIRST).append('\n');
      text.append("parameters " + parameters.name() + " " + parameters.hash() + "\n");
      text.append("key-tag " + keyTag + "\n");
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
    }

    /** Writes one key file in its envelope. */
    public void write(boolean relinearization, byte[] bytes) {
      String name = (relinearization ? "relinearization_" : "rotations_") + written++ + ".key";
      AtomicFile.write(directory.resolve(name), bytes);
      text.append(new KeyFile(relinearization, name, bytes.length, sha256(bytes)).line());
    }

    public void commit() {
      text.append(digestLine(text.toString()));
      AtomicFile.write(
          directory.resolve(MANIFEST), text.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String digestLine(String text) {
    return "digest " + sha256(text.getBytes(StandardCharsets.UTF_8)) + "\n";
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(Envelope.sha256(bytes, bytes.length));
  }
}
