package org.hetal.features;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hetal.he.FileReadException;
import org.hetal.owner.table.DataException;

/**
 * The images below a folder, in the order of the code points of their paths. The label of an image
 * is the name of the folder below {@code root} that it is in, at whatever depth; images that lie in
 * {@code root} itself have none. Files and folders whose names begin with a dot are left out, and
 * symbolic links are followed.
 *
 * @param root as the user gave it
 * @param images at least one
 */
record ImageFolder(Path root, List<Image> images) {
  private static final Set<String> ENDINGS =
      new TreeSet<>(Set.of("bmp", "gif", "jpeg", "jpg", "png"));

  /**
   * An image.
   *
   * @param path below the root, with slashes
   * @param label the name of a folder; null when the images have no labels
   */
  record Image(String path, String label) {}

  /**
   * Lists the images.
   *
   * @throws DataException when there is none, when only some have a label, or when a file is no
   *     image by its ending
   * @throws FileReadException when the folder cannot be read
   */
  static ImageFolder list(Path root) {
    if (!Files.isDirectory(root)) {
      throw new DataException(
          root
              + ": expected a folder of images, actual "
              + (Files.exists(root) ? "a file" : "no such folder"));
    }
    List<Path> files;
    try (Stream<Path> walk = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      files =
          walk.filter(path -> !path.equals(root) && !isHidden(root.relativize(path)))
              .filter(path -> !Files.isDirectory(path))
              .collect(Collectors.toList());
    } catch (IOException e) {
      throw FileReadException.of(root, e);
    } catch (UncheckedIOException e) {
      throw FileReadException.of(root, e.getCause());
    }
    files.forEach(ImageFolder::requireImage);
    List<Image> images =
        files.stream()
            .map(file -> image(root.relativize(file)))
            .sorted((a, b) -> compare(a.path(), b.path()))
            .toList();
    if (images.isEmpty()) {
      throw new DataException(root + ": expected images (" + endings() + "), actual none");
    }
    requireAllOrNone(root, images);
    return new ImageFolder(root, images);
  }

  /** Whether the images have labels. */
  boolean isLabeled() {
    return images.get(0).label() != null;
  }

  /** The labels in the order of their code points; empty without labels. */
  List<String> labels() {
    return isLabeled()
        ? images.stream().map(Image::label).distinct().sorted(ImageFolder::compare).toList()
        : List.of();
  }

  Path file(Image image) {
    return root.resolve(image.path());
  }

  private static Image image(Path path) {
    String label = path.getNameCount() > 1 ? path.getName(0).toString() : null;
    return new Image(path.toString(), label);
  }

  private static boolean isHidden(Path path) {
    for (Path name : path) {
      if (name.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static void requireImage(Path file) {
    String name = file.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (!ENDINGS.contains(ending)) {
      throw new DataException(
          file + ": expected an image (" + endings() + "), actual another file; move it elsewhere");
    }
  }

  private static void requireAllOrNone(Path root, List<Image> images) {
    List<Image> bare = images.stream().filter(image -> image.label() == null).toList();
    if (!bare.isEmpty() && bare.size() < images.size()) {
      throw new DataException(
          root.resolve(bare.get(0).path())
              + ": expected all images in a folder for each label, or all in "
              + root
              + " itself, actual "
              + bare.size()
              + " of "
              + images.size()
              + " without such a folder; move them");
    }
  }

  private static String endings() {
    return ENDINGS.stream().map(ending -> "." + ending).collect(Collectors.joining(", "));
  }

  private static int compare(String a, String b) {
    return Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());
  }
}
