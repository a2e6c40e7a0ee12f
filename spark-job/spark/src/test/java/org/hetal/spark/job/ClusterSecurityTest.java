package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.command.ExitCode;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.spark.run.ClusterSecurity;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the job asks of Spark before it starts. */
class ClusterSecurityTest {
  private static final String REGISTRATION = "spark.kryo.registrationRequired";

  private final List<String> warnings = new ArrayList<>();

  private static Settings settings(String allow) {
    return SettingsLoader.load(
        List.of(),
        Map.of(
            "backend",
            "simulator",
            "parameters",
            "insecure_simulator_n8_l12",
            "cluster.allow-unauthenticated",
            allow));
  }

  private static SparkConf conf(String master, String... on) {
    SparkConf conf = new SparkConf(false).setMaster(master);
    for (String each : on) {
      conf.set(each, "true");
    }
    return conf;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"spark://h:7077", "yarn", "k8s://https://h:6443", "local-cluster[2,1,1024]"})
  void cluster_withoutAuthenticationOrEncryption_isRefused(String master) {
    for (SparkConf conf :
        List.of(
            conf(master),
            conf(master, "spark.network.crypto.enabled"),
            conf(master, "spark.authenticate"))) {
      SettingsException refusal =
          assertThrows(
              SettingsException.class,
              () -> ClusterSecurity.require(conf, settings("false").cluster(), warnings::add));
      assertEquals(ExitCode.CONFIGURATION, ClusterFailures.TABLE.code(refusal));
      assertTrue(refusal.getMessage().contains("spark.authenticate=true"), refusal.getMessage());
      assertTrue(refusal.getMessage().contains("docs/security.md"), refusal.getMessage());
    }
    assertEquals(List.of(), warnings);
  }

  @ParameterizedTest
  @CsvSource({"spark.network.crypto.enabled", "spark.ssl.rpc.enabled"})
  void cluster_withAuthenticationAndEncryption_starts(String encryption) {
    ClusterSecurity.require(
        conf("spark://h:7077", "spark.authenticate", encryption),
        settings("false").cluster(),
        warnings::add);
    assertEquals(List.of(), warnings);
  }

  /** No executor of another process calls the driver; commands switch authentication on. */
  @ParameterizedTest
  @ValueSource(strings = {"local", "local[2]", "local[*]", "local[2,4]"})
  void oneProcess_isAcceptedAsItIsAndAuthenticatesInCommands(String master) {
    SparkConf conf = conf(master);
    ClusterSecurity.require(conf, settings("false").cluster(), warnings::add);
    assertFalse(conf.contains("spark.authenticate"));
    ClusterSecurity.authenticateOneProcess(conf);
    assertEquals("true", conf.get("spark.authenticate"));
    assertEquals(List.of(), warnings);
  }

  @Test
  void cluster_thatIsAllowedToBeUnauthenticated_warnsInOneLine() {
    ClusterSecurity.require(conf("yarn"), settings("true").cluster(), warnings::add);
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("spark.authenticate=false"), warnings.get(0));
    assertFalse(warnings.get(0).contains("\n"), warnings.get(0));
  }

  /** The ports on 127.0.0.1 are open to every user of the machine. */
  @Test
  @Tag("slow")
  void embeddedSpark_authenticatesAndRefusesUnregisteredClasses() {
    String required =
        System.setProperty(REGISTRATION, "false"); // as a user may, and not as the tests
    try (JavaSparkContext spark = SparkSessions.open("test", settings("false"))) {
      assertTrue(SparkEnv.get().securityManager().isAuthenticationEnabled());
      assertFalse(SparkEnv.get().securityManager().getSecretKey().isEmpty());
      assertEquals("true", spark.getConf().get(REGISTRATION));
      assertEquals(3, spark.parallelize(List.of(1, 2)).map(x -> x).reduce(Integer::sum));
    } finally {
      if (required == null) {
        System.clearProperty(REGISTRATION);
      } else {
        System.setProperty(REGISTRATION, required);
      }
    }
  }
}
