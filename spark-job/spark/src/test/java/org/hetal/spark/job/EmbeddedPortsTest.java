package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.network.util.TransportConf;
import org.apache.spark.rpc.RpcAddress;
import org.apache.spark.rpc.RpcEnv;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An embedded Spark listens on two ports of 127.0.0.1, which every user of the machine reaches. Who
 * does not have its secret cannot call it.
 */
@Tag("slow")
class EmbeddedPortsTest {
  private static final Settings SETTINGS =
      SettingsLoader.load(
          List.of(), Map.of("backend", "simulator", "parameters", "insecure_simulator_n8_l12"));

  /** An endpoint of every driver. */
  private static final String ENDPOINT = "HeartbeatReceiver";

  private static SparkConf conf(boolean authenticate) {
    return new SparkConf(false)
        .set("spark.authenticate", Boolean.toString(authenticate))
        .set("spark.app.id", "stranger");
  }

  /** What has this secret; null: none is shown. */
  private static SecurityManager security(String secret) {
    return new SecurityManager(
        conf(secret != null),
        SecurityManager.$lessinit$greater$default$2(),
        SecurityManager.$lessinit$greater$default$3()) {
      @Override
      public String getSecretKey() {
        return secret;
      }
    };
  }

  /** Calls the driver as an executor would; the name of the endpoint that answered. */
  private static String call(RpcAddress driver, String secret) {
    RpcEnv client =
        RpcEnv.create("stranger", "127.0.0.1", 0, conf(secret != null), security(secret), true);
    try {
      return client.setupEndpointRef(driver, ENDPOINT).name();
    } finally {
      client.shutdown();
    }
  }

  /** Sends bytes to a port; why they are refused. */
  private static String refusal(String host, int port) throws Exception {
    TransportConf conf = new TransportConf("rpc", new MapConfigProvider(Map.of()));
    try (TransportContext context = new TransportContext(conf, new NoOpRpcHandler());
        TransportClientFactory clients = context.createClientFactory();
        TransportClient client = clients.createClient(host, port)) {
      ByteBuffer message = ByteBuffer.wrap("stranger".getBytes(StandardCharsets.US_ASCII));
      return assertThrows(RuntimeException.class, () -> client.sendRpcSync(message, 60_000))
          .toString();
    }
  }

  @Test
  void callsWithoutTheSecret_areRefused() throws Exception {
    try (JavaSparkContext spark = SparkSessions.open("test", SETTINGS)) {
      RpcAddress driver = SparkEnv.get().rpcEnv().address();
      assertEquals("127.0.0.1", driver.host());
      assertEquals(ENDPOINT, call(driver, SparkEnv.get().securityManager().getSecretKey()));
      assertThrows(Exception.class, () -> call(driver, null));
      assertThrows(Exception.class, () -> call(driver, "0".repeat(64)));
      int blocks = SparkEnv.get().blockManager().blockManagerId().port();
      for (int port : new int[] {driver.port(), blocks}) {
        String refusal = refusal("127.0.0.1", port);
        assertTrue(refusal.contains("SASL"), refusal);
      }
      assertEquals(1, spark.parallelize(List.of(1)).count(), "it still works");
    }
  }

  /** So that the test above sees authentication, and no other refusal. */
  @Test
  void withoutAuthentication_theSameCallIsAnswered() {
    SparkConf conf = new SparkConf(false).setMaster("local[1]").setAppName("test");
    conf.set("spark.ui.enabled", "false").set("spark.driver.host", "127.0.0.1");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      assertEquals(ENDPOINT, call(SparkEnv.get().rpcEnv().address(), null));
      assertEquals(1, spark.parallelize(List.of(1)).count());
    }
  }
}
