package org.hetal.tools;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;
import org.hetal.format.Json;

/** A folder of HDFS, read through the HTTP interface of the namenode. */
final class WebHdfs implements Storage {
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;

  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(LONGEST)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();
  private final String host;
  private final int port;
  private final String root;

  /**
   * @param root absolute path of the folder
   */
  WebHdfs(String host, int port, String root) {
    this.host = host;
    this.port = port;
    this.root = root;
  }

  @Override
  public byte[] read(String path) {
    HttpResponse<byte[]> answer = get(path, "OPEN");
    if (answer.statusCode() == NOT_FOUND) {
      throw new DatasetException(describe() + "/" + path + ": expected a file, actual none");
    }
    return answer.body();
  }

  @Override
  public boolean exists(String path) {
    return get(path, "GETFILESTATUS").statusCode() == OK;
  }

  @Override
  public List<String> list(String directory) {
    return files(directory, false);
  }

  @Override
  public List<String> walk() {
    return files("", true);
  }

  private List<String> files(String directory, boolean below) {
    List<String> out = new ArrayList<>();
    HttpResponse<byte[]> answer = get(directory, "LISTSTATUS");
    if (answer.statusCode() == OK) {
      for (JsonNode each : json(answer.body()).path("FileStatuses").path("FileStatus")) {
        String name = each.path("pathSuffix").asText();
        String path = directory.isEmpty() ? name : directory + "/" + name;
        if (each.path("type").asText().equals("FILE")) {
          out.add(path);
        } else if (below) {
          out.addAll(files(path, true));
        }
      }
    }
    return out.stream().sorted().toList();
  }

  private JsonNode json(byte[] body) {
    try {
      return Json.parse(body);
    } catch (IOException e) {
      throw new UncheckedIOException(describe(), e);
    }
  }

  /** The answer, of status 200 or 404. */
  private HttpResponse<byte[]> get(String path, String operation) {
    try {
      String file = "/webhdfs/v1" + root + (path.isEmpty() ? "" : "/" + path);
      String query = "op=" + operation + "&user.name=" + System.getProperty("user.name");
      URI uri = new URI("http", null, host, port, file, query, null);
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(LONGEST).build();
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != OK && answer.statusCode() != NOT_FOUND) {
        throw new IOException(uri + ": status " + answer.statusCode());
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    } catch (InterruptedException e) {
      throw Signals.interrupted();
    }
  }

  @Override
  public void writeAtomically(String path, byte[] bytes) {
    throw new UnsupportedOperationException("reading only");
  }

  @Override
  public void delete(String path) {
    throw new UnsupportedOperationException("reading only");
  }

  @Override
  public String describe() {
    return "hdfs:" + root;
  }
}
