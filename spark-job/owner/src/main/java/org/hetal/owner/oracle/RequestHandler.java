package org.hetal.owner.oracle;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLHandshakeException;
import org.hetal.format.Digests;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.ValidationAnswer;

/**
 * Serves one request per connection. The token is checked first, when the header is complete; only
 * then is memory allocated for a body, at most {@link #GROWTH} times the bytes that have arrived. A
 * refusal is sent at once. What the client still sends is read and ignored for {@link #LINGER},
 * since closing at once could discard the refusal.
 */
final class RequestHandler extends SimpleChannelInboundHandler<HttpObject> {
  private static final Duration BODY_LIMIT = Duration.ofMinutes(5);
  private static final Duration LINGER = Duration.ofSeconds(5);
  private static final int MOST_AT_ONCE = 4;
  private static final int FIRST_BYTES = 1 << 16;

  /** At the end a body was copied from a quarter of its length, not from nearly all of it. */
  private static final int GROWTH = 4;

  /**
   * A path.
   *
   * @param mostBytes of a body
   * @param answer from body to answer; throws {@link OracleException} to refuse
   */
  record Route(long mostBytes, Answering answer) {}

  /** Answers a body. */
  interface Answering {
    byte[] answer(byte[] body);
  }

  /**
   * What the connections of a server share.
   *
   * @param failed gets an error of the Java machine, after which the oracle must end
   */
  record Shared(
      byte[] token,
      Map<String, Route> routes,
      UnauthenticatedConnections unauthenticated,
      ExecutorService answers,
      AtomicInteger atOnce,
      Consumer<String> trouble,
      Consumer<String> unauthenticatedTrouble,
      Consumer<Error> failed) {

    /**
     * For what Netty would drop. Handshakes that fail and connections that break off are the other
     * side's; anything else is a line, and an error also goes to {@link #failed}.
     */
    void caught(Throwable cause) {
      Error error = errorIn(cause);
      if (error != null) {
        try {
          trouble.accept("ends: " + error);
        } finally {
          failed.accept(error);
        }
      } else if (!(cause instanceof IOException || cause instanceof CodecException)) {
        trouble.accept("failed: " + cause);
      }
    }

    /** Netty's own exceptions may have an error as their cause. */
    private static Error errorIn(Throwable cause) {
      int depth = 0; // a chain may be a circle
      for (Throwable at = cause; at != null && depth < 100; at = at.getCause(), depth++) {
        if (at instanceof Error error) {
          return error;
        }
      }
      return null;
    }

    /** A task whose failure Netty would drop. */
    Runnable guarded(Runnable task) {
      return () -> {
        try {
          task.run();
        } catch (RuntimeException | Error e) {
          caught(e);
        }
      };
    }
  }

  private final Shared shared;
  private Route route;
  private byte[] body; // null: none is expected
  private int received;
  private int expected;
  private boolean counted;
  private boolean started;
  private boolean admitted;

  RequestHandler(Shared shared) {
    this.shared = shared;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
    // Everything after the first request, or after its refusal, is ignored.
    try {
      if (message instanceof HttpRequest request && !started) {
        started = true;
        start(context, request);
      } else if (message instanceof HttpContent content && body != null) {
        add(context, content);
      }
    } catch (OracleException e) {
      refuse(context, e);
    }
  }

  private void start(ChannelHandlerContext context, HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      throw new OracleException(OracleException.BAD_REQUEST, "request: expected HTTP/1.1");
    }
    requireToken(request);
    shared.unauthenticated().admit(context.channel());
    admitted = true;
    closeUnlessRead(context);
    route = shared.routes().get(request.uri());
    if (route == null) {
      throw new OracleException(
          OracleException.NOT_FOUND,
          "path: expected "
              + String.join(" or ", shared.routes().keySet())
              + "; cluster and oracle are of other versions");
    }
    if (!request.method().equals(HttpMethod.POST)) {
      throw new OracleException(OracleException.BAD_METHOD, "method: expected POST");
    }
    long length = HttpUtil.getContentLength(request, -1L);
    if (length < 0) {
      throw new OracleException(
          OracleException.LENGTH_REQUIRED, "request: expected a Content-Length, actual none");
    }
    if (length > route.mostBytes()) {
      throw new OracleException(
          OracleException.TOO_LARGE,
          "request: expected at most " + route.mostBytes() + " bytes, actual " + length);
    }
    if (shared.atOnce().get() >= MOST_AT_ONCE) {
      throw new OracleException(
          OracleException.BUSY,
          "requests: expected at most " + MOST_AT_ONCE + " at once, actual more");
    }
    shared.atOnce().incrementAndGet();
    counted = true;
    expected = Math.toIntExact(length);
    body = new byte[Math.min(expected, FIRST_BYTES)];
    if (HttpUtil.is100ContinueExpected(request)) {
      context
          .writeAndFlush(response(HttpResponseStatus.CONTINUE, new byte[0]))
          .addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }
  }

  private void requireToken(HttpRequest request) {
    String header = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
    String shown = header.startsWith("Bearer ") ? header.substring("Bearer ".length()) : "";
    if (!Digests.equalSecrets(shown.getBytes(StandardCharsets.US_ASCII), shared.token())) {
      throw new OracleException(
          OracleException.UNAUTHORIZED,
          "token: expected the oracle's, actual another or none; give the oracle's token file to"
              + " the cluster (oracle.token-file)");
    }
  }

  private void closeUnlessRead(ChannelHandlerContext context) {
    context
        .executor()
        .schedule(
            shared.guarded(
                () -> {
                  if (body != null) {
                    context.close();
                  }
                }),
            BODY_LIMIT.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void add(ChannelHandlerContext context, HttpContent content) {
    int bytes = content.content().readableBytes();
    if (content.decoderResult().isFailure() || bytes > expected - received) {
      throw new OracleException(OracleException.BAD_REQUEST, "request: expected HTTP/1.1");
    }
    if (bytes > body.length - received) {
      long larger = GROWTH * ((long) received + bytes);
      body = Arrays.copyOf(body, (int) Math.min(expected, larger));
    }
    content.content().readBytes(body, received, bytes);
    received += bytes;
    if (content instanceof LastHttpContent) {
      byte[] whole = received == body.length ? body : Arrays.copyOf(body, received);
      body = null;
      try {
        shared.answers().execute(() -> answer(context, whole));
      } catch (RejectedExecutionException e) {
        throw new OracleException(OracleException.BUSY, "the oracle is being stopped");
      }
    }
  }

  /** On the thread that answers. */
  private void answer(ChannelHandlerContext context, byte[] question) {
    try {
      byte[] answer = route.answer().answer(question);
      onLoop(context, () -> send(context, HttpResponseStatus.OK, answer));
    } catch (OracleException e) {
      onLoop(context, () -> refuse(context, e));
    } catch (RuntimeException e) {
      // The cause is for the owner's log only.
      shared.trouble().accept("failed: " + e);
      byte[] answer = ValidationAnswer.failure("the oracle failed; its own log says why");
      onLoop(context, () -> send(context, HttpResponseStatus.INTERNAL_SERVER_ERROR, answer));
    } catch (Error e) {
      shared.caught(e);
    }
  }

  private void onLoop(ChannelHandlerContext context, Runnable task) {
    context.executor().execute(shared.guarded(task));
  }

  private void refuse(ChannelHandlerContext context, OracleException why) {
    body = null;
    String line = "refused with " + why.status() + ": " + why.getMessage();
    (admitted ? shared.trouble() : shared.unauthenticatedTrouble()).accept(line);
    send(
        context,
        HttpResponseStatus.valueOf(why.status()),
        ValidationAnswer.failure(why.getMessage()));
  }

  private void send(ChannelHandlerContext context, HttpResponseStatus status, byte[] answer) {
    release();
    FullHttpResponse response = response(status, answer);
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    if (status.equals(HttpResponseStatus.OK)) {
      context
          .writeAndFlush(response)
          .addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE)
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    context.writeAndFlush(response).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    context
        .executor()
        .schedule(shared.guarded(context::close), LINGER.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static FullHttpResponse response(HttpResponseStatus status, byte[] answer) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(answer));
    if (!status.equals(HttpResponseStatus.CONTINUE)) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, Greeting.CONTENT_TYPE);
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.length);
    }
    return response;
  }

  private void release() {
    if (counted) {
      counted = false;
      shared.atOnce().decrementAndGet();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    release();
    super.channelInactive(context);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
    if (cause.getCause() instanceof SSLHandshakeException refused
        && String.valueOf(refused.getMessage()).contains("certificate")) {
      shared
          .unauthenticatedTrouble()
          .accept(
              "refused: client certificate: expected that of the oracle's token file, actual"
                  + " another or none; give the file to the cluster (oracle.token-file)");
    }
    shared.caught(cause);
  }
}
