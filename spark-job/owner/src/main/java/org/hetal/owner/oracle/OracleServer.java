package org.hetal.owner.oracle;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.hetal.config.SettingsException;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.ValidationAnswer;
import org.hetal.oracle.ValidationRequest;

/**
 * {@link OracleService} over HTTPS with TLS 1.3 alone, for clients with the certificate of {@link
 * OracleIdentity#credentials} alone; what goes over the wire is described in {@link Greeting},
 * {@link ValidationRequest} and {@link ValidationAnswer}. One event loop serves all connections, so
 * that a silent or slow connection occupies no thread ({@link UnauthenticatedConnections});
 * requests are answered one after the other on a thread of their own.
 */
public final class OracleServer implements AutoCloseable {
  private static final int HEADER_BYTES = 1 << 20;
  private static final int CIPHERTEXT_BYTES = 48 << 20;
  static final int MOST_UNAUTHENTICATED = 512;

  /** Lines per minute about requests of whom the cluster's credentials were given to. */
  static final int AUTHENTICATED_LINES = 20;

  private static final Duration TIME_TO_AUTHENTICATE = Duration.ofSeconds(15);
  private static final Duration TIME_TO_END = Duration.ofSeconds(4);

  /** Without it the connections that are open at the end do not release their buffers. */
  private static final Duration QUIET = Duration.ofMillis(100);

  private static final HttpDecoderConfig LIMITS =
      new HttpDecoderConfig().setMaxInitialLineLength(1024).setMaxHeaderSize(8192);

  private final OracleService service;
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, daemon("oracle connections"), NioIoHandler.newFactory());
  private final ExecutorService answers =
      Executors.newSingleThreadExecutor(daemon("oracle answers"));
  private final Channel channel;

  /**
   * Starts to listen.
   *
   * @param port 0: any free one
   * @param trouble receives one line per refused request
   * @param failed receives an error of the Java machine in a connection or an answer; the caller
   *     ends the process
   * @throws SettingsException when the address is not of this machine or the port is in use
   */
  public OracleServer(
      OracleService service,
      OracleIdentity identity,
      String host,
      int port,
      Consumer<String> trouble,
      Consumer<Error> failed) {
    this(service, identity, host, port, TIME_TO_AUTHENTICATE, trouble, failed);
  }

  OracleServer(
      OracleService service,
      OracleIdentity identity,
      String host,
      int port,
      Duration timeToAuthenticate,
      Consumer<String> trouble,
      Consumer<Error> failed) {
    this.service = service;
    SSLContext tls = identity.context();
    long most = HEADER_BYTES + (long) service.groups() * CIPHERTEXT_BYTES;
    Map<String, RequestHandler.Route> routes =
        Map.of(
            Greeting.PATH,
            new RequestHandler.Route(Greeting.MAX_BYTES, this::greet),
            ValidationRequest.PATH,
            new RequestHandler.Route(Math.min(most, Integer.MAX_VALUE - 8), this::decide));
    RequestHandler.Shared shared =
        new RequestHandler.Shared(
            identity.tokenBytes(),
            routes,
            new UnauthenticatedConnections(MOST_UNAUTHENTICATED, timeToAuthenticate),
            answers,
            new AtomicInteger(),
            new RateLimitedLog(AUTHENTICATED_LINES, trouble),
            new RateLimitedLog(1, trouble),
            failed);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .handler(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                    shared.caught(cause);
                    context.fireExceptionCaught(cause); // Netty pauses accepting
                  }
                })
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel connection) {
                    connection
                        .pipeline()
                        .addLast(shared.unauthenticated())
                        .addLast(new SslHandler(engine(tls)))
                        .addLast(new HttpServerCodec(LIMITS))
                        .addLast(new RequestHandler(shared));
                  }

                  @Override
                  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                    context.close();
                    shared.caught(cause);
                  }
                })
            .bind(new InetSocketAddress(host, port))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      close(null);
      throw new SettingsException(
          "oracle.host, oracle.port: expected an address of this machine with a free port, actual "
              + host
              + " port "
              + port
              + ": "
              + reason(bound.cause()),
          bound.cause());
    }
    channel = bound.channel();
  }

  private static String reason(Throwable failure) {
    if (failure instanceof UnresolvedAddressException) {
      return "the name has no address on this machine";
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  private static SSLEngine engine(SSLContext tls) {
    SSLEngine engine = tls.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setNeedClientAuth(true);
    engine.setEnabledProtocols(new String[] {"TLSv1.3"});
    return engine;
  }

  private static ThreadFactory daemon(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  private byte[] greet(byte[] body) {
    Greeting greeting;
    try {
      greeting = Greeting.decode(body);
    } catch (IllegalArgumentException e) {
      throw new OracleException(OracleException.BAD_REQUEST, e.getMessage());
    }
    return service.greet(greeting).encode();
  }

  private byte[] decide(byte[] body) {
    ValidationRequest request;
    try {
      request = ValidationRequest.decode(body);
    } catch (IllegalArgumentException e) {
      throw new OracleException(OracleException.BAD_REQUEST, e.getMessage());
    }
    return ValidationAnswer.encode(service.decide(request));
  }

  /** Stops listening; a question being answered has some seconds to end. */
  @Override
  public void close() {
    close(channel);
  }

  private void close(Channel listening) {
    if (listening != null) {
      listening.close().awaitUninterruptibly();
    }
    answers.shutdown();
    try {
      if (!answers.awaitTermination(TIME_TO_END.toMillis(), TimeUnit.MILLISECONDS)) {
        answers.shutdownNow();
      }
    } catch (InterruptedException e) {
      answers.shutdownNow();
      Thread.currentThread().interrupt();
    }
    loop.shutdownGracefully(QUIET.toMillis(), TIME_TO_END.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(TIME_TO_END.toMillis());
  }
}
