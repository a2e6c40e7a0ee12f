package org.hetal.he.openfhe;

import java.lang.ref.Reference;
import org.hetal.he.library.NativeHandle;

/** {@code lbcrypto::PublicKey}: whoever has it can encrypt. */
public final class CkksPublicKey implements AutoCloseable {
  private final CkksContext context;
  private final NativeHandle handle;
  private final String keyTag;

  /** Takes over a handle of the native side; for the client. */
  public CkksPublicKey(CkksContext context, long handle) {
    this.context = context;
    this.handle = new NativeHandle(this, handle, "public key", Natives::release);
    this.keyTag = Natives.publicKeyTag(handle);
  }

  CkksContext context() {
    return context;
  }

  long handle() {
    return handle.get();
  }

  /** Names the key pair: {@code GetKeyTag}. */
  public String keyTag() {
    return keyTag;
  }

  /** {@code Serial::Serialize(publicKey, BINARY)} in an {@link Envelope}. */
  public byte[] serialize() {
    try {
      return Envelope.wrap(
          Envelope.Kind.PUBLIC_KEY,
          context.parameterHash(),
          Natives.publicKeySerialize(context.handle(), handle()));
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void close() {
    handle.close();
  }
}
