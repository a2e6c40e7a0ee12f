package org.hetal.owner.fuzz;

import java.util.List;

/**
 * A reader of outside bytes as a function of bytes. The digests of the bytes are made right first,
 * so that every input reaches what is behind them: whoever can write a file can also write its
 * digest.
 *
 * @param name of the target
 * @param seeds inputs that are accepted
 * @param refusal what the reader throws for bytes that it does not take; anything else is a fault
 * @param reader reads the bytes and uses what it read
 */
record FuzzTarget(
    String name, List<byte[]> seeds, Class<? extends RuntimeException> refusal, Reader reader) {

  /** Reads an input. */
  interface Reader {
    void read(byte[] input) throws Exception;
  }

  /**
   * Reads an input.
   *
   * @return whether it was accepted
   * @throws AssertionError when the reader has a fault
   */
  boolean accepts(byte[] input) {
    try {
      reader.read(input);
      return true;
    } catch (Exception e) {
      if (!refusal.isInstance(e)) {
        throw new AssertionError(name + ": expected " + refusal.getName() + ", actual " + e, e);
      }
      String message = String.valueOf(e.getMessage());
      if (message.lines().count() != 1) {
        throw new AssertionError(name + ": expected one line, actual " + message, e);
      }
      return false;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
