package org.hetal.owner.oracle;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Limits the connections that have not sent the token yet. Each costs a socket and some kilobytes,
 * no thread. Each is closed after a limited time, and the oldest one is closed when there are too
 * many, so that a new connection is always accepted. Used on one event loop only.
 */
@ChannelHandler.Sharable
final class UnauthenticatedConnections extends ChannelInboundHandlerAdapter {
  private final int most;
  private final Duration limit;
  private final Set<Channel> waiting = new LinkedHashSet<>();

  UnauthenticatedConnections(int most, Duration limit) {
    this.most = most;
    this.limit = limit;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) throws Exception {
    Channel channel = context.channel();
    if (waiting.size() >= most) {
      Iterator<Channel> oldest = waiting.iterator();
      Channel evicted = oldest.next();
      oldest.remove();
      evicted.close();
    }
    waiting.add(channel);
    context
        .executor()
        .schedule(
            () -> {
              if (waiting.remove(channel)) {
                channel.close();
              }
            },
            limit.toMillis(),
            TimeUnit.MILLISECONDS);
    super.channelActive(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    waiting.remove(context.channel());
    super.channelInactive(context);
  }

  /** The connection has sent the token and is not limited any more. */
  void admit(Channel channel) {
    waiting.remove(channel);
  }
}
