package org.hetal.owner.demo;

/** A step of the demo that failed. */
public final class DemoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DemoException(String message) {
    super(message);
  }
}
