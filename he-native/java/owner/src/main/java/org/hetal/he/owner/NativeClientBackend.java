package org.hetal.he.owner;

import java.nio.file.Path;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Parameters;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.engine.NativeParameters;

/** Keys of the native engine, held by its own code. */
public final class NativeClientBackend implements ClientBackend {

  /** For {@link java.util.ServiceLoader}. */
  public NativeClientBackend() {}

  @Override
  public String backend() {
    return "native";
  }

  @Override
  public String client() {
    return "native";
  }

  @Override
  public void require(int threads) {
    NativeEngine.requireLibrary(DeviceSpec.cpu(threads));
  }

  @Override
  public Parameters parameters(String name) {
    return NativeParameters.named(name);
  }

  @Override
  public Client generate(String parameterSet, int threads, Long insecureSeed) {
    return insecureSeed == null
        ? NativeClient.generate(parameterSet, threads)
        : NativeClient.insecureGenerate(parameterSet, insecureSeed, threads);
  }

  /** With a fixed seed the file is not read: seed and parameter set are the key. */
  @Override
  public Client load(Path secretKey, String parameterSet, int threads, Long insecureSeed) {
    if (insecureSeed != null) {
      return generate(parameterSet, threads, insecureSeed);
    }
    return ClientBackend.requireSet(NativeClient.load(secretKey, threads), secretKey, parameterSet);
  }

  @Override
  public boolean hasPublicKeys() {
    return true;
  }

  @Override
  public PublicEncryptor encryptor(Path publicKey, String parameterSet, int threads) {
    return ClientBackend.requireSet(
        NativeEncryptor.load(publicKey, threads), publicKey, parameterSet);
  }

  @Override
  public Client load(
      byte[] content, Path secretKey, String parameterSet, int threads, Long insecureSeed) {
    if (insecureSeed != null) {
      return generate(parameterSet, threads, insecureSeed);
    }
    return ClientBackend.requireSet(NativeClient.load(content, threads), secretKey, parameterSet);
  }
}
