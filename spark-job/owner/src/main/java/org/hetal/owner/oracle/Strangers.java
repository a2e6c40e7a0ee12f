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
 * Connections that have not shown the token yet. They cost a socket and some kilobytes each, no
 * thread; each has a limited time, however it spends it, and when there are too many the oldest one
 * is closed, so that a newcomer always finds room. Used on one event loop alone.
 */
@ChannelHandler.Sharable
final class Strangers extends ChannelInboundHandlerAdapter {
  private final int most;
  private final Duration limit;
  private final Set<Channel> waiting = new LinkedHashSet<>();

  Strangers(int most, Duration limit) {
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

  /** It has shown the token. */
  void admit(Channel channel) {
    waiting.remove(channel);
  }
}
