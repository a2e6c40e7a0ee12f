package org.hetal.spark.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.hetal.format.Json;

/**
 * As much of a Kubernetes API server as spark-submit uses: objects are created, applied, read and
 * watched. It checks nothing and starts nothing; each pod that is watched succeeds at once.
 */
final class KubernetesApi implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, ObjectNode> objects = new ConcurrentHashMap<>();
  private final List<String> requests = new ArrayList<>();

  KubernetesApi() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Objects of a kind, such as {@code pods}. */
  List<ObjectNode> all(String kind) {
    return objects.entrySet().stream()
        .filter(each -> each.getKey().contains("/" + kind + "/"))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Methods and paths, in order. */
  synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      String path = exchange.getRequestURI().getPath();
      String query = String.valueOf(exchange.getRequestURI().getQuery());
      synchronized (this) {
        requests.add(method + " " + exchange.getRequestURI());
      }
      byte[] body = exchange.getRequestBody().readAllBytes();
      switch (method) {
        case "POST" -> reply(exchange, 201, store(path, object(body)));
        case "PATCH", "PUT" -> reply(exchange, 200, store(parent(path), object(body)));
        case "DELETE" -> reply(exchange, 200, Json.object().put("kind", "Status"));
        default -> {
          if (query.contains("watch=true")) {
            watch(exchange);
          } else {
            read(exchange, path);
          }
        }
      }
    }
  }

  private void read(HttpExchange exchange, String path) throws IOException {
    if (objects.containsKey(path)) {
      reply(exchange, 200, objects.get(path));
    } else if (path.substring(path.lastIndexOf('/') + 1).matches("pods|services|configmaps")) {
      ObjectNode list = Json.object().put("kind", "List").put("apiVersion", "v1");
      list.putObject("metadata").put("resourceVersion", "1");
      ArrayNode items = list.putArray("items");
      objects.forEach(
          (name, object) -> {
            if (parent(name).equals(path)) {
              items.add(object);
            }
          });
      reply(exchange, 200, list);
    } else {
      reply(exchange, 404, Json.object().put("kind", "Status").put("code", 404));
    }
  }

  /** As a server whose proxy knows no web sockets: the client asks again by plain HTTP. */
  private void watch(HttpExchange exchange) throws IOException {
    if (exchange.getRequestHeaders().containsKey("Upgrade")) {
      reply(exchange, 503, Json.object().put("kind", "Status").put("code", 503));
      return;
    }
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    for (ObjectNode pod : all("pods")) {
      ObjectNode ended = pod.deepCopy();
      ObjectNode status = status(ended, "Succeeded");
      ObjectNode container = status.putArray("containerStatuses").addObject();
      container.put("name", "spark-kubernetes-driver").put("ready", false);
      container
          .putObject("state")
          .putObject("terminated")
          .put("exitCode", 0)
          .put("reason", "Completed");
      objects.replaceAll((path, object) -> object == pod ? ended : object);
      ObjectNode event = Json.object().put("type", "MODIFIED");
      event.set("object", ended);
      out.write((event + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
  }

  private ObjectNode store(String folder, ObjectNode object) {
    ObjectNode metadata = (ObjectNode) object.path("metadata");
    String name = metadata.path("name").asText();
    metadata.put("uid", "uid-of-" + name).put("resourceVersion", "1");
    metadata.put("creationTimestamp", Instant.EPOCH.toString());
    if (object.path("kind").asText().equals("Pod")) {
      status(object, "Pending");
    }
    objects.put(folder + "/" + name, object);
    return object;
  }

  private static ObjectNode status(ObjectNode pod, String phase) {
    return pod.putObject("status").put("phase", phase).put("startTime", Instant.EPOCH.toString());
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  private static ObjectNode object(byte[] body) throws IOException {
    JsonNode node = Json.parse(body);
    return (ObjectNode) node;
  }

  private static void reply(HttpExchange exchange, int status, JsonNode object) throws IOException {
    byte[] bytes = object.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
