package org.hetal.owner.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class UnauthenticatedConnectionsTest {
  private final UnauthenticatedConnections connections =
      new UnauthenticatedConnections(3, Duration.ofMinutes(1));

  private EmbeddedChannel from(String address) {
    return new EmbeddedChannel(connections) {
      @Override
      protected SocketAddress remoteAddress0() {
        return new InetSocketAddress(address, 1000);
      }
    };
  }

  @Test
  void tooMany_theOldestOfTheAddressWithMostIsClosed() {
    EmbeddedChannel honest = from("10.0.0.1");
    EmbeddedChannel first = from("10.0.0.2");
    EmbeddedChannel second = from("10.0.0.2");
    EmbeddedChannel third = from("10.0.0.2");
    assertTrue(honest.isActive(), "one address closes only its own");
    assertFalse(first.isActive());
    assertTrue(second.isActive() && third.isActive());
    EmbeddedChannel other = from("10.0.0.3");
    assertTrue(honest.isActive() && third.isActive() && other.isActive());
    assertFalse(second.isActive());
    from("10.0.0.4");
    assertFalse(honest.isActive(), "of equal numbers the oldest");
  }

  @Test
  void addressesOfOneNetworkOfIpv6_countAsOne() {
    EmbeddedChannel honest = from("2001:db8:0:1::1");
    EmbeddedChannel first = from("2001:db8:0:2::1");
    from("2001:db8:0:2::2");
    from("2001:db8:0:2::3");
    assertTrue(honest.isActive());
    assertFalse(first.isActive());
  }

  /** A task that is left would keep the channel in memory until its time. */
  @Test
  void connectionThatEndsOrIsAdmitted_leavesNoTask() {
    EmbeddedChannel ended = from("10.0.0.1");
    assertTrue(ended.runScheduledPendingTasks() > 0);
    ended.close();
    assertEquals(-1, ended.runScheduledPendingTasks());
    EmbeddedChannel admitted = from("10.0.0.1");
    connections.admit(admitted);
    assertEquals(-1, admitted.runScheduledPendingTasks());
    assertTrue(admitted.isActive());
  }
}
