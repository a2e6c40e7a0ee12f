package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * S3Proxy, an S3 server, in a process of its own, with one bucket; clients reach it through a relay
 * that can cut the connection in the middle of a PUT.
 */
final class S3Server implements AutoCloseable {
  static final String BUCKET = "toy";
  private static final int BODY_BYTES = 64;
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final Path objects;
  private final Process server;
  private final URI direct;
  private final ServerSocket relay;
  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicReference<Cut> cut = new AtomicReference<>();

  /** What ends the connection: the PUT of an object whose path ends so. */
  private record Cut(String path, Runnable then) {}

  S3Server(Path folder) throws Exception {
    objects = Files.createDirectories(folder.resolve("objects"));
    int port = SparkSubmit.freePort();
    direct = URI.create("http://127.0.0.1:" + port);
    Path properties = folder.resolve("s3proxy.conf");
    Files.writeString(
        properties,
        String.join(
            "\n",
            "s3proxy.endpoint=" + direct,
            "s3proxy.authorization=none",
            "jclouds.provider=filesystem",
            "jclouds.filesystem.basedir=" + objects,
            "jclouds.identity=x",
            "jclouds.credential=y",
            ""));
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                SparkSubmit.jars("s3proxy", ":"),
                "org.gaul.s3proxy.Main",
                "--properties",
                properties.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("s3proxy.log").toFile())
            .start();
    for (int attempt = 0; put("", new byte[0]) != 200; attempt++) {
      if (attempt == 300) {
        throw new AssertionError(Files.readString(folder.resolve("s3proxy.log")));
      }
      Thread.sleep(100);
    }
    relay = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread accepting = new Thread(this::accept, "relay");
    accepting.setDaemon(true);
    accepting.start();
  }

  /** Where clients connect. */
  String endpoint() {
    return "http://127.0.0.1:" + relay.getLocalPort();
  }

  /** The folder of an object or of a prefix, as the server keeps it. */
  Path stored(String path) {
    return objects.resolve(BUCKET).resolve(path);
  }

  /** Puts files, named by their paths relative to the root, into the bucket. */
  void upload(Path root, List<String> files) throws Exception {
    for (String file : files) {
      assertEquals(200, put("/" + file, Files.readAllBytes(root.resolve(file))), file);
    }
  }

  /** The status of a GET. */
  int get(String path) throws Exception {
    URI uri = direct.resolve("/" + BUCKET + "/" + path);
    return http.send(
            HttpRequest.newBuilder(uri).timeout(LONGEST).build(), BodyHandlers.discarding())
        .statusCode();
  }

  private int put(String path, byte[] bytes) throws Exception {
    URI uri = direct.resolve("/" + BUCKET + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).timeout(LONGEST).PUT(BodyPublishers.ofByteArray(bytes)).build();
    try {
      return http.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0; // it does not listen yet
    }
  }

  /**
   * In the next PUT of an object whose path ends so: passes on its head and {@value #BODY_BYTES}
   * bytes of its body, calls back, and closes the connection.
   */
  void cutInside(String path, Runnable then) {
    cut.set(new Cut(path, then));
  }

  private void accept() {
    while (!relay.isClosed()) {
      try {
        Socket client = relay.accept();
        Socket to = new Socket(InetAddress.getLoopbackAddress(), direct.getPort());
        pump(() -> copyRequests(client, to), client, to);
        pump(() -> to.getInputStream().transferTo(client.getOutputStream()), client, to);
      } catch (IOException e) {
        // Closed, or the client has ended.
      }
    }
  }

  private interface Copy {
    void run() throws IOException;
  }

  private static void pump(Copy copy, Socket... sockets) {
    Thread thread =
        new Thread(
            () -> {
              try {
                copy.run();
              } catch (IOException e) {
                // One side has closed.
              }
              for (Socket socket : sockets) {
                try {
                  socket.close();
                } catch (IOException e) {
                  // It was closed.
                }
              }
            },
            "relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void copyRequests(Socket client, Socket to) throws IOException {
    InputStream in = client.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] part = new byte[1 << 16];
    Cut found = null;
    String head = "";
    for (int length = in.read(part); length >= 0; length = in.read(part)) {
      String text = new String(part, 0, length, StandardCharsets.ISO_8859_1);
      Cut wanted = cut.get();
      if (found == null && wanted != null && text.startsWith("PUT ")) {
        String path = text.substring(4, text.indexOf(' ', 4));
        if (path.endsWith(wanted.path()) && cut.compareAndSet(wanted, null)) {
          found = wanted;
        }
      }
      if (found != null) {
        head += text;
        int body = head.indexOf("\r\n\r\n") + 4;
        if (body >= 4 && head.length() > body + BODY_BYTES) {
          out.write(part, 0, length - (head.length() - body - BODY_BYTES));
          out.flush();
          found.then().run();
          return;
        }
      }
      out.write(part, 0, length);
      out.flush();
    }
  }

  @Override
  public void close() throws Exception {
    relay.close();
    server.destroy();
    server.waitFor(30, TimeUnit.SECONDS);
  }
}
