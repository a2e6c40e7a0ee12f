package org.hetal.owner.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The settings that are wanted on the command line often enough to be options. */
final class BackendOptions {
  @Option(
      names = "--client",
      paramLabel = "NAME",
      description =
          "Whose code handles the secret key: native, or openfhe (OpenFHE's alone; the cluster"
              + " notices nothing). The same for every command of a run. Setting: client.")
  private String client;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "What the cluster computes with: native, openfhe or simulator; each has its own parameter"
              + " sets. Setting: backend.")
  private String backend;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "What the native engine computes on: cpu, or cuda (an NVIDIA GPU); the results are the"
              + " same. Setting: device.")
  private String device;

  /** The overrides with these over them. */
  Map<String, String> over(Map<String, String> overrides) {
    Map<String, String> out = new LinkedHashMap<>(overrides);
    if (client != null) {
      out.put("client", client);
    }
    if (backend != null) {
      out.put("backend", backend);
    }
    if (device != null) {
      out.put("device", device);
    }
    return out;
  }
}
