package org.hetal.owner.cli;

import java.io.UncheckedIOException;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.he.DeviceException;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.he.DeviceUnavailableException;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeMissingKeyException;
import org.hetal.he.HeSecurityException;
import org.hetal.he.openfhe.OpenFheUnavailableException;
import org.hetal.owner.data.DataException;

/** What a command's exit status says; the numbers are those of {@code sysexits.h}. */
final class ExitCode {
  static final int OK = 0;
  static final int USAGE = 64;
  static final int INPUT = 65;
  static final int INTERNAL = 70;
  static final int COMMIT = 73;
  static final int RETRY = 75;
  static final int CONFIGURATION = 78;

  private ExitCode() {}

  static int of(Throwable failure) {
    if (failure instanceof DataException
        || failure instanceof DatasetException
        || failure instanceof HeFormatException) {
      return INPUT;
    }
    if (failure instanceof CommitException || failure instanceof UncheckedIOException) {
      return COMMIT;
    }
    if (failure instanceof SettingsException
        || failure instanceof HeSecurityException
        || failure instanceof HeMissingKeyException
        || failure instanceof DeviceUnavailableException
        || failure instanceof OpenFheUnavailableException) {
      return CONFIGURATION;
    }
    return failure instanceof DeviceOutOfMemoryException || failure instanceof DeviceException
        ? RETRY
        : INTERNAL;
  }

  /** One line for stderr. */
  static String message(Throwable failure) {
    String text = failure.getMessage() == null ? "" : failure.getMessage().strip();
    String line = text.lines().findFirst().orElse("");
    return of(failure) == INTERNAL ? failure.getClass().getName() + ": " + line : line;
  }
}
