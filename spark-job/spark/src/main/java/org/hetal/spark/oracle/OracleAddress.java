package org.hetal.spark.oracle;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the oracle listens. The name is resolved here and asked for by address, since a URI takes
 * no name with an underscore; every address of the name is tried.
 *
 * @param host a name, an IPv4 address or an IPv6 address without brackets
 */
record OracleAddress(String host, int port) {
  /**
   * URIs of the path, one for each address of the host.
   *
   * @throws UnknownHostException when the name has no address now
   */
  List<URI> uris(String path) throws UnknownHostException {
    List<URI> uris = new ArrayList<>();
    for (InetAddress address : InetAddress.getAllByName(host)) {
      String literal = address.getHostAddress();
      String authority = address instanceof Inet6Address ? "[" + literal + "]" : literal;
      uris.add(URI.create("https://" + authority + ":" + port + path));
    }
    return uris;
  }

  /** {@code host:port}, for messages. */
  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
