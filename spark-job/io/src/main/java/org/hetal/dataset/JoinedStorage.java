package org.hetal.dataset;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The folders of several data sets as one, to read from: {@code part-0002/PATH} is PATH in the
 * third.
 */
public final class JoinedStorage implements Storage {
  private static final int PREFIX = "part-0000/".length();

  private final List<Storage> parts;

  /**
   * A view; the folders stay as they are.
   *
   * @param parts 1 to 10000, in the order of {@link JointDataset#storages}
   */
  public JoinedStorage(List<? extends Storage> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * The path in the joined folder.
   *
   * @param part from 0
   * @param path in the folder of the part
   */
  static String path(int part, String path) {
    return String.format(Locale.ROOT, "part-%04d/%s", part, path);
  }

  private Storage part(String path) {
    if (!path.matches("part-[0-9]{4}/.+")) {
      throw new DatasetException(describe() + ": expected part-NNNN/PATH, actual " + path);
    }
    int part = Integer.parseInt(path.substring("part-".length(), PREFIX - 1));
    if (part >= parts.size()) {
      throw new DatasetException(
          describe() + ": expected a part below " + parts.size() + ", actual " + part);
    }
    return parts.get(part);
  }

  @Override
  public byte[] read(String path) {
    return part(path).read(path.substring(PREFIX));
  }

  @Override
  public byte[] read(String path, long most) {
    return part(path).read(path.substring(PREFIX), most);
  }

  @Override
  public boolean exists(String path) {
    return part(path).exists(path.substring(PREFIX));
  }

  @Override
  public String describe() {
    return parts.stream().map(Storage::describe).collect(Collectors.joining(", "));
  }

  @Override
  public String describe(String path) {
    return part(path).describe(path.substring(PREFIX));
  }

  @Override
  public void writeAtomically(String path, byte[] bytes) {
    throw readOnly();
  }

  @Override
  public void delete(String path) {
    throw readOnly();
  }

  @Override
  public List<String> list(String directory) {
    throw readOnly();
  }

  @Override
  public List<String> walk() {
    throw readOnly();
  }

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("joined data sets: files can only be read");
  }
}
