package org.hetal.he.engine;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.hetal.he.HeLevelException;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;

/**
 * A parameter set of the native engine. Serialised as name and hash: a reader whose engine has
 * other primes under that name refuses it.
 *
 * @serial exclude
 */
public final class NativeParameters implements Parameters {
  private static final long serialVersionUID = 1L;
  private static final int LEVELS = 8; // where the numbers of the levels begin
  private static final int PER_LEVEL = 4;
  private static final Map<String, NativeParameters> KNOWN = new ConcurrentHashMap<>();

  private final String name;
  private final String hash;
  private final double[] numbers;

  private NativeParameters(String name, String hash, double[] numbers) {
    this.name = name;
    this.hash = hash;
    this.numbers = numbers;
  }

  /**
   * The set of that name.
   *
   * @param name such as {@code n16_l12}
   * @return the set, the same object at each call
   * @throws IllegalArgumentException for an unknown name, listing the known ones
   * @throws org.hetal.he.NativeLibraryException when the engine cannot be loaded
   */
  public static NativeParameters named(String name) {
    EngineLibrary.require();
    return KNOWN.computeIfAbsent(name, n -> new NativeParameters(n, hashOf(n), numbersOf(n)));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String hash() {
    return hash;
  }

  @Override
  public int ringDegree() {
    return (int) numbers[0];
  }

  @Override
  public double logQp() {
    return numbers[1];
  }

  @Override
  public int securityBits() {
    return (int) numbers[2];
  }

  @Override
  public int bootstrapInputLevel() {
    return (int) numbers[3];
  }

  @Override
  public int bootstrapOutputLevel() {
    return (int) numbers[4];
  }

  @Override
  public int maxLevel() {
    return bootstrapOutputLevel();
  }

  @Override
  public double bootstrapBound() {
    return numbers[5];
  }

  @Override
  public double scale(int level) {
    return ofLevel(level, 0);
  }

  @Override
  public int specialPrimes() {
    return (int) numbers[6];
  }

  @Override
  public int digits(int level) {
    return (int) ofLevel(level, 1);
  }

  @Override
  public long storedKeyBytes(int level) {
    return level < 0 ? 0 : (long) ofLevel(level, 2);
  }

  @Override
  public long storedCiphertextBytes(int level) {
    return 2 * storedFreshCiphertextBytes(level);
  }

  /** One part and the seed of the other. */
  @Override
  public long storedFreshCiphertextBytes(int level) {
    return (long) ofLevel(level, 3);
  }

  @Override
  public OptionalLong bootstrapKeyBytes() {
    return OptionalLong.of((long) numbers[7]);
  }

  @Override
  public OptionalLong bootstrapKeyBytes(int slots) {
    return OptionalLong.of((long) sparseBootstrapKeysOf(name, slots)[0]);
  }

  @Override
  public KeyPlan sparseBootstrapKeys(int slots) {
    double[] keys = sparseBootstrapKeysOf(name, slots);
    KeyPlan out = new KeyPlan().relinearize((int) keys[1]).conjugate((int) keys[2]);
    for (int i = 3; i < keys.length; i += 2) {
      out.rotate((int) keys[i], (int) keys[i + 1]);
    }
    return out;
  }

  private double ofLevel(int level, int index) {
    if (level < 0 || level > maxLevel()) {
      throw new HeLevelException("level: expected 0 to " + maxLevel() + ", actual " + level);
    }
    return numbers[LEVELS + PER_LEVEL * level + index];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NativeParameters p && p.hash.equals(hash);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }

  private Object writeReplace() {
    return new NameAndHash(name, hash);
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("parameters are read through their name and hash");
  }

  private record NameAndHash(String name, String hash) implements Serializable {
    private Object readResolve() throws InvalidObjectException {
      NativeParameters own = named(name);
      if (!own.hash.equals(hash)) {
        throw new InvalidObjectException(
            "parameter set " + name + ": expected hash " + own.hash + ", actual " + hash);
      }
      return own;
    }
  }

  private static native String hashOf(String name);

  private static native double[] numbersOf(String name);

  private static native double[] sparseBootstrapKeysOf(String name, int slots);
}
