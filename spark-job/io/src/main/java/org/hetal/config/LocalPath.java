package org.hetal.config;

import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Paths of this machine as people write them: a path, or an absolute {@code file:} URI. A URI is
 * read as Hadoop reads it, so that both sides of a run mean the same file: {@code %20} stands for
 * itself, and a blank needs no escape.
 */
public final class LocalPath {
  private static final Pattern FILE_URI = Pattern.compile("file:(?://(?:localhost)?)?(/[^/].*|/)");
  private static final Pattern ANY_URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*");

  private LocalPath() {}

  /**
   * The path that a setting holds.
   *
   * @param setting its name, for the message
   * @param text its value
   * @return the path, relative as the text is
   * @throws SettingsException when it is a URI of another file system, or no path
   */
  public static Path of(String setting, String text) {
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(setting + ": " + e.getMessage(), e);
    }
  }

  /**
   * The path of an argument.
   *
   * @param text a path or an absolute {@code file:} URI
   * @return the path, relative as the text is
   * @throws IllegalArgumentException as {@link #of}, without the name of a setting
   */
  public static Path parse(String text) {
    Matcher uri = FILE_URI.matcher(text);
    if (uri.matches()) {
      return path(uri.group(1));
    }
    if (text.startsWith("file:")) {
      throw new IllegalArgumentException(
          "expected an absolute path after file:, such as file:/data/rows, actual " + text);
    }
    if (isRemote(text)) {
      throw new IllegalArgumentException(
          "expected a path of this machine or a file: URI, actual "
              + text
              + "; this command reads and writes local files only: give a local path, and copy with"
              + " hdfs dfs -put or hdfs dfs -get");
    }
    return path(text);
  }

  /**
   * Recognizes URIs of other file systems.
   *
   * @param text a path or a URI
   * @return whether it is a URI of another file system than this machine's
   */
  public static boolean isRemote(String text) {
    return !text.startsWith("file:") && ANY_URI.matcher(text).matches();
  }

  /** Null, or why Java cannot name such a file here. */
  static String obstacle(String text) {
    String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
    if (text.indexOf('\0') >= 0) {
      return "a path without the character NUL";
    }
    // What Java could not decode from the command line has become U+FFFD.
    if (!Charset.forName(encoding).newEncoder().canEncode(text) || text.indexOf('\uFFFD') >= 0) {
      return "names of files in the locale's encoding "
          + encoding
          + "; start Java under a UTF-8 locale, e.g. LC_ALL=C.UTF-8";
    }
    return null;
  }

  private static Path path(String text) {
    String obstacle = obstacle(text);
    if (obstacle != null) {
      throw new IllegalArgumentException(
          "expected " + obstacle + ", actual " + text.replace("\0", "\\0"));
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("expected a path, actual " + e.getMessage(), e);
    }
  }
}
