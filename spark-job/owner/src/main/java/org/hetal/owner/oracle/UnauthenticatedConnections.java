package org.hetal.owner.oracle;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Limits the connections that have not sent the token yet. Each costs a socket and some kilobytes,
 * no thread. Each is closed after a limited time. When there are too many, the oldest one of the
 * address that has most is closed, so that a new connection is always accepted, and one address
 * with many does not close those of others. Used on one event loop only.
 */
@ChannelHandler.Sharable
final class UnauthenticatedConnections extends ChannelInboundHandlerAdapter {
  private final int most;
  private final Duration limit;

  /** In the order of their begin, each with the task that closes it. */
  private final Map<Channel, Future<?>> waiting = new LinkedHashMap<>();

  UnauthenticatedConnections(int most, Duration limit) {
    this.most = most;
    this.limit = limit;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) throws Exception {
    Channel channel = context.channel();
    if (waiting.size() >= most) {
      Channel evicted = toEvict();
      admit(evicted);
      evicted.close();
    }
    Future<?> end =
        context
            .executor()
            .schedule(
                () -> {
                  if (waiting.remove(channel) != null) {
                    channel.close();
                  }
                },
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
    waiting.put(channel, end);
    super.channelActive(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    admit(context.channel());
    super.channelInactive(context);
  }

  /** The connection has sent the token and is not limited any more. */
  void admit(Channel channel) {
    Future<?> end = waiting.remove(channel);
    if (end != null) {
      end.cancel(false); // otherwise the task keeps the channel in memory
    }
  }

  private Channel toEvict() {
    Map<Object, Integer> counts = new HashMap<>();
    waiting.keySet().forEach(channel -> counts.merge(address(channel), 1, Integer::sum));
    int largest = counts.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    return waiting.keySet().stream()
        .filter(channel -> counts.get(address(channel)) == largest)
        .findFirst()
        .orElseThrow();
  }

  private static Object address(Channel channel) {
    if (channel.remoteAddress() instanceof InetSocketAddress socket) {
      byte[] bytes = socket.getAddress().getAddress();
      // A machine usually has all IPv6 addresses of a network of 64 bits.
      return ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, 8));
    }
    return String.valueOf(channel.remoteAddress());
  }
}
