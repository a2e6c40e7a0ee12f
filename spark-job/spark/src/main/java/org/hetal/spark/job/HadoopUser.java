package org.hetal.spark.job;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.security.UserGroupInformation;
import org.hetal.he.FileReadException;

/**
 * A name for a user who has none: containers often run under a user id without an entry in
 * /etc/passwd, for which Hadoop's login fails with a NullPointerException.
 */
final class HadoopUser {
  private static final String NAME = "HADOOP_USER_NAME";
  private static final Path PROCESS = Path.of("/proc/self");

  private HadoopUser() {}

  /**
   * Logs in as {@code HADOOP_USER_NAME}, or as {@code uid-12345}, when the system has no name for
   * the user of this process; else leaves the login to Hadoop. Before anything else of Hadoop.
   */
  static void require() {
    if (new UnixSystem().getUsername() != null) {
      return;
    }
    String chosen = System.getenv(NAME);
    String name = chosen == null || chosen.isBlank() ? "uid-" + userId() : chosen;
    UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(name));
  }

  /** Java's UnixSystem says 0 for a user without a name. */
  private static Object userId() {
    try {
      return Files.getAttribute(PROCESS, "unix:uid");
    } catch (IOException e) {
      throw FileReadException.of(PROCESS, e);
    }
  }
}
