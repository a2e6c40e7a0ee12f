package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/** Lists of ciphertexts from and to bytes. */
final class Ciphertexts {
  private Ciphertexts() {}

  /** In order; the ciphertexts stay the caller's. */
  static ArrayList<byte[]> serialized(Evaluator evaluator, List<Ciphertext> ciphertexts) {
    ArrayList<byte[]> out = new ArrayList<>();
    for (Ciphertext each : ciphertexts) {
      out.add(evaluator.serialize(each));
    }
    return out;
  }

  /** In order; the scope owns them. */
  static List<Ciphertext> opened(Scope scope, Evaluator evaluator, List<byte[]> bytes) {
    List<Ciphertext> out = new ArrayList<>();
    for (byte[] each : bytes) {
      out.add(scope.own(evaluator.deserialize(each)));
    }
    return out;
  }

  static long bytes(List<byte[]> ciphertexts) {
    return ciphertexts.stream().mapToLong(each -> each.length).sum();
  }
}
