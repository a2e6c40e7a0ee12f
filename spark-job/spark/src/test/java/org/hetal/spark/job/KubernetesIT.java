package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.spark.Main;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What spark-submit creates on Kubernetes with the project's profile and pod templates, up to the
 * driver's end. No pod is started.
 */
class KubernetesIT {
  @TempDir static Path folder;

  @BeforeAll
  static void assumeSpark() {
    SparkSubmit.assumeSpark();
  }

  @Test
  void clusterMode_createsTheDriversPodOfProfileAndTemplate() throws Exception {
    try (KubernetesApi api = new KubernetesApi()) {
      Path log = folder.resolve("submit.log");
      List<String> command = new ArrayList<>(List.of(SparkSubmit.program("spark-submit")));
      command.addAll(List.of("--properties-file", "conf/spark/kubernetes.conf"));
      command.addAll(List.of("--master", "k8s://" + api.url()));
      command.addAll(List.of("--conf", "spark.kubernetes.container.image=toy/hetal-spark:1"));
      command.addAll(List.of("--class", Main.class.getName()));
      command.addAll(List.of("local:///opt/hetal/hetal-spark.jar"));
      command.addAll(List.of("train", "-c", "/etc/hetal/my.conf"));
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(Path.of("../..").toAbsolutePath().toFile());
      // A kubeconfig of this machine has nothing to do with it.
      builder.environment().put("KUBECONFIG", folder.resolve("none").toString());
      builder
          .environment()
          .put("SPARK_CONF_DIR", Path.of("../../conf/spark").toRealPath().toString());
      Process submit = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
      String text = "";
      if (!submit.waitFor(2, java.util.concurrent.TimeUnit.MINUTES)) {
        submit.destroyForcibly();
        text = "still running: ";
      }
      String said = text + Files.readString(log) + api.requests();
      assertEquals("", text, said);
      assertEquals(0, submit.exitValue(), said);
      assertTrue(said.contains("exit code: 0"), said);
      assertEquals(1, api.all("pods").size(), said);
      checkDriver(api.all("pods").get(0));
      checkProperties(api);
    }
  }

  private static void checkDriver(JsonNode pod) {
    String all = pod.toPrettyString();
    assertEquals("hetal", pod.at("/metadata/labels/app.kubernetes.io~1name").asText(), all);
    assertEquals("driver", pod.at("/metadata/labels/spark-role").asText(), all);
    JsonNode spec = pod.path("spec");
    assertEquals("hetal", spec.path("serviceAccountName").asText(), all);
    assertEquals("Never", spec.path("restartPolicy").asText(), all);
    assertTrue(spec.at("/securityContext/runAsNonRoot").asBoolean(), all);
    assertEquals(1, spec.path("containers").size(), all);
    JsonNode container = spec.at("/containers/0");
    assertEquals("toy/hetal-spark:1", container.path("image").asText(), all);
    assertFalse(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true), all);
    List<String> arguments = new ArrayList<>();
    container.path("args").forEach(each -> arguments.add(each.asText()));
    assertEquals("driver", arguments.get(0), all);
    assertEquals(
        List.of("local:///opt/hetal/hetal-spark.jar", "train", "-c", "/etc/hetal/my.conf"),
        arguments.subList(arguments.size() - 4, arguments.size()),
        all);
    // 2 GiB of heap and 1 GiB for ciphertexts; no keys.
    assertEquals("3072Mi", container.at("/resources/limits/memory").asText(), all);
    assertEquals("1", container.at("/resources/requests/cpu").asText(), all);
    assertEquals("none", mount(container, "key-cache"), all);
    assertEquals("/etc/hetal", mount(container, "hetal-run-volume"), all);
    // Where the driver finds log4j2.properties, and what it gives to its executors.
    assertEquals("/opt/spark/conf", mount(container, "spark-conf-volume-driver"), all);
    assertEquals("/opt/spark/conf", variable(container, "SPARK_CONF_DIR"), all);
    assertEquals(
        "hetal-run", volume(spec, "hetal-run-volume").at("/secret/secretName").asText(), all);
  }

  /** The driver finds its settings in a config map. No secret is in it. */
  private static void checkProperties(KubernetesApi api) {
    String all =
        String.join("\n", api.all("configmaps").stream().map(each -> each.toString()).toList());
    assertTrue(all.contains("spark.network.crypto.enabled=true"), all);
    assertTrue(all.contains("spark.authenticate=true"), all);
    assertTrue(all.contains("HetalKryoRegistrator"), all);
    assertFalse(all.contains("spark.authenticate.secret"), all);
    String log = "none";
    for (JsonNode map : api.all("configmaps")) {
      log = map.at("/data/log4j2.properties").asText(log);
    }
    assertTrue(log.contains("[run %X{mdc.run}]"), log);
    // The driver makes its executors from their template.
    assertTrue(all.contains("app.kubernetes.io/component: executor"), all);
    assertEquals(1, api.all("services").size());
  }

  private static String variable(JsonNode container, String name) {
    for (JsonNode variable : container.path("env")) {
      if (variable.path("name").asText().equals(name)) {
        return variable.path("value").asText();
      }
    }
    return "none";
  }

  private static String mount(JsonNode container, String name) {
    for (JsonNode mount : container.path("volumeMounts")) {
      if (mount.path("name").asText().equals(name)) {
        return mount.path("mountPath").asText();
      }
    }
    return "none";
  }

  private static JsonNode volume(JsonNode spec, String name) {
    for (JsonNode volume : spec.path("volumes")) {
      if (volume.path("name").asText().equals(name)) {
        return volume;
      }
    }
    throw new AssertionError("no volume " + name + " in " + spec);
  }
}
