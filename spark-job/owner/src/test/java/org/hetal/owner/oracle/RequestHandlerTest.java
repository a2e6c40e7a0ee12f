package org.hetal.owner.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/**
 * What a connection throws is the other side's, a line, or the end of the oracle. A body takes
 * memory as it arrives.
 */
class RequestHandlerTest {
  private static final Error ERROR = new InternalError("x");

  private final List<String> trouble = new ArrayList<>();
  private final List<Error> failed = new ArrayList<>();

  private RequestHandler handler(RequestHandler.Answering answer) {
    return handler(10, answer);
  }

  private RequestHandler handler(long mostBytes, RequestHandler.Answering answer) {
    return new RequestHandler(
        new RequestHandler.Shared(
            "token".getBytes(StandardCharsets.US_ASCII),
            Map.of("/path", new RequestHandler.Route(mostBytes, answer)),
            new UnauthenticatedConnections(1, Duration.ofSeconds(1)),
            sameThread(),
            new AtomicInteger(),
            trouble::add,
            trouble::add,
            failed::add));
  }

  private static ExecutorService sameThread() {
    return new AbstractExecutorService() {
      @Override
      public void execute(Runnable task) {
        task.run();
      }

      @Override
      public void shutdown() {}

      @Override
      public List<Runnable> shutdownNow() {
        return List.of();
      }

      @Override
      public boolean isShutdown() {
        return false;
      }

      @Override
      public boolean isTerminated() {
        return false;
      }

      @Override
      public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
      }
    };
  }

  private static void ask(EmbeddedChannel channel) {
    channel.writeInbound(
        header(1), new DefaultLastHttpContent(Unpooled.wrappedBuffer(new byte[] {1})));
    channel.runPendingTasks();
  }

  private static HttpRequest header(int length) {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/path");
    request.headers().set(HttpHeaderNames.AUTHORIZATION, "Bearer token");
    request.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
    return request;
  }

  /** Of this thread, since the JVM started. */
  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  @Test
  void longBody_takesNoMemoryBeforeItArrives() {
    int claimed = 256 << 20;
    EmbeddedChannel channel = new EmbeddedChannel(handler(claimed, body -> body));
    channel.writeInbound(header(1)); // classes are loaded
    channel = new EmbeddedChannel(handler(claimed, body -> body));
    long before = allocatedBytes();
    channel.writeInbound(header(claimed));
    channel.writeInbound(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[1 << 16])));
    channel.writeInbound(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[1])));
    long allocated = allocatedBytes() - before;
    assertTrue(allocated < 1 << 20, allocated + " bytes for 65537 that arrived");
    assertEquals(List.of(), trouble);
  }

  @Test
  void bodyInParts_isWholeWhenItIsAnswered() {
    byte[] whole = new byte[1_000_003];
    new Random(1).nextBytes(whole);
    List<byte[]> asked = new ArrayList<>();
    EmbeddedChannel channel =
        new EmbeddedChannel(
            handler(
                whole.length,
                body -> {
                  asked.add(body);
                  return new byte[0];
                }));
    channel.writeInbound(header(whole.length));
    int at = 0;
    for (int part = 1; at + part < whole.length; part = 3 * part + 1) {
      channel.writeInbound(new DefaultHttpContent(Unpooled.wrappedBuffer(whole, at, part)));
      at += part;
    }
    assertEquals(0, asked.size());
    channel.writeInbound(
        new DefaultLastHttpContent(Unpooled.wrappedBuffer(whole, at, whole.length - at)));
    assertArrayEquals(whole, asked.get(0));
    assertEquals(List.of(), trouble);
  }

  @Test
  void moreBytesThanTheHeaderSays_areRefused() {
    EmbeddedChannel channel = new EmbeddedChannel(handler(body -> body));
    channel.writeInbound(
        header(2), new DefaultLastHttpContent(Unpooled.wrappedBuffer(new byte[] {1, 2, 3})));
    assertEquals(List.of("refused with 400: request: expected HTTP/1.1"), trouble);
  }

  @Test
  void errorOfAConnection_isALineAndEndsTheOracle() {
    for (Throwable cause : new Throwable[] {ERROR, new DecoderException(ERROR)}) {
      failed.clear();
      trouble.clear();
      EmbeddedChannel channel = new EmbeddedChannel(handler(body -> body));
      channel.pipeline().fireExceptionCaught(cause);
      channel.runPendingTasks();
      assertEquals(List.of(ERROR), failed);
      assertEquals(List.of("ends: java.lang.InternalError: x"), trouble);
      assertFalse(channel.isOpen());
    }
  }

  @Test
  void errorOfAnAnswer_isALineAndEndsTheOracle() {
    EmbeddedChannel channel =
        new EmbeddedChannel(
            handler(
                body -> {
                  throw ERROR;
                }));
    ask(channel);
    assertEquals(List.of(ERROR), failed);
    assertEquals(List.of("ends: java.lang.InternalError: x"), trouble);
  }

  @Test
  void errorWhileAnAnswerIsSent_isALineAndEndsTheOracle() {
    ChannelOutboundHandlerAdapter failing =
        new ChannelOutboundHandlerAdapter() {
          @Override
          public void write(ChannelHandlerContext context, Object message, ChannelPromise sent) {
            throw ERROR;
          }
        };
    EmbeddedChannel channel = new EmbeddedChannel(failing, handler(body -> body));
    ask(channel);
    assertEquals(List.of(ERROR), failed);
    assertEquals(List.of("ends: java.lang.InternalError: x"), trouble);
  }

  @Test
  void faultOfTheProgram_isALine() {
    EmbeddedChannel channel = new EmbeddedChannel(handler(body -> body));
    channel.pipeline().fireExceptionCaught(new IllegalStateException("x"));
    assertEquals(List.of("failed: java.lang.IllegalStateException: x"), trouble);
    assertEquals(List.of(), failed);
  }

  @Test
  void whatTheOtherSideBreaksOff_isNothing() {
    for (Throwable cause :
        new Throwable[] {
          new IOException("Connection reset"), new DecoderException(new SSLException("not TLS"))
        }) {
      EmbeddedChannel channel = new EmbeddedChannel(handler(body -> body));
      channel.pipeline().fireExceptionCaught(cause);
      channel.runPendingTasks();
      assertFalse(channel.isOpen());
    }
    assertEquals(List.of(), trouble);
    assertEquals(List.of(), failed);
  }
}
