package org.hetal.owner.oracle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.List;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.FileReadException;

/** The files of the oracle: its identity, and certificate and credentials for the cluster. */
public final class OracleFiles {
  private static final String IDENTITY = "oracle.identity";

  private OracleFiles() {}

  /**
   * The file of the identity in the owner's private folder.
   *
   * @param shared folders that the cluster gets
   * @throws SettingsException when the folder is in one that the cluster gets
   */
  public static Path identity(Path privateFolder, Settings.Oracle oracle, List<String> shared) {
    Path folder = privateFolder.toAbsolutePath().normalize();
    Path certificate = certificate(oracle).getParent();
    Path token = token(oracle).getParent();
    for (String path : shared) {
      if (!LocalPath.isRemote(path)) {
        Path given = absolute("paths", path);
        require(!folder.startsWith(given), folder, given);
      }
    }
    require(!folder.equals(certificate), folder, certificate);
    require(!folder.equals(token), folder, token);
    return folder.resolve(IDENTITY);
  }

  private static void require(boolean holds, Path folder, Path shared) {
    if (!holds) {
      throw new SettingsException(
          "paths.private: expected a folder that the cluster does not get, for the private key of"
              + " the oracle; actual "
              + folder
              + ", in "
              + shared
              + ", which the cluster gets");
    }
  }

  private static Path certificate(Settings.Oracle oracle) {
    return absolute("oracle.certificate", oracle.certificate());
  }

  private static Path token(Settings.Oracle oracle) {
    return absolute("oracle.token-file", oracle.tokenFile());
  }

  private static Path absolute(String setting, String path) {
    return LocalPath.of(setting, path).toAbsolutePath().normalize();
  }

  /**
   * Writes certificate and token for the cluster. A file with the right content is not written
   * again, so that it keeps its mode and group, except for a token that users outside its group can
   * read.
   */
  public static void handOver(Settings.Oracle oracle, OracleIdentity identity) {
    Path certificate = certificate(oracle);
    byte[] pem = identity.certificatePem().getBytes(StandardCharsets.US_ASCII);
    if (!holds(certificate, pem)) {
      new LocalStorage(certificate.getParent())
          .writeAtomically(certificate.getFileName().toString(), pem);
    }
    Path tokenFile = token(oracle);
    byte[] token = identity.credentials().encode();
    if (!holds(tokenFile, token) || isOpenToAll(tokenFile)) {
      LocalStorage.ownerOnly(tokenFile.getParent())
          .writeAtomically(tokenFile.getFileName().toString(), token);
    }
  }

  private static boolean isOpenToAll(Path file) {
    try {
      return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  private static boolean holds(Path file, byte[] bytes) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(bytes.length + 1), bytes);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }
}
