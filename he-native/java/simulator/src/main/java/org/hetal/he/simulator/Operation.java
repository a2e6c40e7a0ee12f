package org.hetal.he.simulator;

/** What the simulator counts. */
public enum Operation {
  ADD,
  MULTIPLY,
  MULTIPLY_PLAIN,
  MULTIPLY_CONSTANT,
  RELINEARIZE,
  RESCALE,
  ROTATE,
  CONJUGATE,
  BOOTSTRAP,
  ENCODE
}
