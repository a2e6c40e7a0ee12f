package org.hetal.he.openfhe.owner;

import java.nio.file.Path;
import org.hetal.he.Parameters;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.OpenFheParameters;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.ClientBackend;
import org.hetal.he.owner.PublicEncryptor;

/** Keys of OpenFHE for a cluster that computes with OpenFHE. */
public final class OpenFheClientBackend implements ClientBackend {
  @Override
  public String backend() {
    return "openfhe";
  }

  @Override
  public String client() {
    return "openfhe";
  }

  @Override
  public void require(int threads) {
    OpenFhe.require();
  }

  @Override
  public Parameters parameters(String name) {
    return OpenFheParameters.named(name);
  }

  @Override
  public Client generate(String parameterSet, int threads, Long insecureSeed) {
    requireNoSeed(insecureSeed);
    return OpenFheClient.generate(parameterSet);
  }

  @Override
  public Client load(Path secretKey, String parameterSet, int threads, Long insecureSeed) {
    requireNoSeed(insecureSeed);
    return ClientBackend.requireSet(OpenFheClient.load(secretKey), secretKey, parameterSet);
  }

  @Override
  public Client load(
      byte[] content, Path secretKey, String parameterSet, int threads, Long insecureSeed) {
    requireNoSeed(insecureSeed);
    return ClientBackend.requireSet(
        OpenFheClient.load(content, secretKey), secretKey, parameterSet);
  }

  @Override
  public boolean hasPublicKeys() {
    return false;
  }

  @Override
  public PublicEncryptor encryptor(Path publicKey, String parameterSet, int threads) {
    throw noPublicKeys();
  }

  static UnsupportedOperationException noPublicKeys() {
    return new UnsupportedOperationException(
        "public keys: expected the client native or simulator, actual openfhe, which has none");
  }

  static void requireNoSeed(Long insecureSeed) {
    if (insecureSeed != null) {
      throw new IllegalArgumentException(
          "insecure-seed: expected none with the client openfhe, which takes no seed, actual one");
    }
  }
}
