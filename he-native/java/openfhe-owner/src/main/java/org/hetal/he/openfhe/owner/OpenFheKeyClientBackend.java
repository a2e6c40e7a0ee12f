package org.hetal.he.openfhe.owner;

import java.nio.file.Path;
import org.hetal.he.Parameters;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.ClientBackend;
import org.hetal.he.owner.NativeClientBackend;
import org.hetal.he.owner.PublicEncryptor;

/**
 * Keys of the native engine whose secret OpenFHE's code alone holds; the cluster gets the engine's
 * own formats.
 */
public final class OpenFheKeyClientBackend implements ClientBackend {
  private final ClientBackend engine = new NativeClientBackend();

  @Override
  public String backend() {
    return engine.backend();
  }

  @Override
  public String client() {
    return "openfhe";
  }

  @Override
  public void require(int threads) {
    OpenFhe.require();
    engine.require(threads);
  }

  @Override
  public Parameters parameters(String name) {
    return engine.parameters(name);
  }

  @Override
  public Client generate(String parameterSet, int threads, Long insecureSeed) {
    OpenFheClientBackend.requireNoSeed(insecureSeed);
    return NativeClientWithOpenFheKey.generate(parameterSet, threads);
  }

  @Override
  public Client load(Path secretKey, String parameterSet, int threads, Long insecureSeed) {
    OpenFheClientBackend.requireNoSeed(insecureSeed);
    return ClientBackend.requireSet(
        NativeClientWithOpenFheKey.load(secretKey), secretKey, parameterSet);
  }

  @Override
  public Client load(
      byte[] content, Path secretKey, String parameterSet, int threads, Long insecureSeed) {
    OpenFheClientBackend.requireNoSeed(insecureSeed);
    return ClientBackend.requireSet(
        NativeClientWithOpenFheKey.load(content, secretKey), secretKey, parameterSet);
  }

  @Override
  public boolean hasPublicKeys() {
    return false;
  }

  @Override
  public PublicEncryptor encryptor(Path publicKey, String parameterSet, int threads) {
    throw OpenFheClientBackend.noPublicKeys();
  }
}
