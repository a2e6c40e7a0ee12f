package org.hetal.he.openfhe;

import org.hetal.he.NativeLibraryException;

/**
 * OpenFHE is not in this build, or is not the one that this build was made with. The message says
 * what is missing and how to get it; a command ends with exit code 78.
 */
public class OpenFheUnavailableException extends NativeLibraryException {
  private static final long serialVersionUID = 1L;

  public OpenFheUnavailableException(String message) {
    super(message);
  }

  public OpenFheUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
