package org.hetal.owner.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.hetal.config.ParameterSets;
import org.hetal.config.Settings;
import org.hetal.format.Json;
import org.hetal.he.Parameters;
import org.hetal.he.engine.NativeParameters;
import org.hetal.planner.CostModel;
import org.hetal.planner.CostsByThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShippedCostsTest {
  private static final Path RESULTS = Path.of("../../he-native/cpp/bench/results");

  @Test
  void eachSetThatThePlannerChooses_isMeasured() {
    assertEquals(ParameterSets.choices(Settings.Backend.NATIVE), ShippedCosts.sets());
    assertTrue(ShippedCosts.of("insecure_n12_l12").isEmpty());
    assertTrue(ShippedCosts.byThreads("insecure_n12_l12").isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "n16_l12, 1, n16_l12_1_thread.json",
    "n16_l12, 2, n16_l12_2_threads_epyc.json",
    "n16_l12, 16, n16_l12_16_threads.json",
    "n16_l14, 1, n16_l14_1_thread.json",
    "n16_l14, 2, n16_l14_2_threads.json"
  })
  void costs_areThoseOfTheMeasurement(String set, int threads, String file) {
    Parameters parameters = NativeParameters.named(set);
    CostModel expected =
        BenchFile.byThreads(List.of(RESULTS.resolve(file)), parameters).at(threads);
    CostModel shipped = ShippedCosts.byThreads(set).orElseThrow().at(threads);
    assertEquals(expected.keySwitchSeconds(), shipped.keySwitchSeconds());
    assertEquals(expected.productSeconds(), shipped.productSeconds());
    assertEquals(expected.bootstrapSeconds(), shipped.bootstrapSeconds());
    assertEquals(expected.bootstrapPairSeconds(), shipped.bootstrapPairSeconds());
    assertTrue(Files.exists(RESULTS.resolve("../../../..").resolve(shipped.source())));
    if (threads == 2) {
      assertEquals(shipped, ShippedCosts.of(set).orElseThrow());
    }
  }

  @Test
  void numbersOfThreads_areThoseThatWereMeasured() {
    assertEquals(List.of(1, 2, 16), threads("n16_l12"));
    assertEquals(List.of(1, 2), threads("n16_l14"));
  }

  @Test
  void moreThreadsThanWereMeasured_gainWhatTheOtherSetGains() {
    CostsByThreads costs = ShippedCosts.byThreads("n16_l14").orElseThrow();
    CostsByThreads other = ShippedCosts.byThreads("n16_l12").orElseThrow();
    assertTrue(costs.isMeasured(2) && !costs.isMeasured(8) && !costs.isMeasured(16));
    assertTrue(other.isMeasured(16) && !other.isMeasured(8));
    for (int threads : new int[] {8, 16}) {
      double gain = other.at(2).bootstrapSeconds() / other.at(threads).bootstrapSeconds();
      double seconds = costs.at(2).bootstrapSeconds() / gain;
      assertEquals(seconds, costs.at(threads).bootstrapSeconds(), 1e-12);
      assertTrue(gain > 2 && gain < threads / 2.0, threads + " threads: " + gain);
    }
    assertTrue(costs.at(16).keySwitchSeconds() < costs.at(8).keySwitchSeconds());
  }

  /** Otherwise the ratio of their times would be that of machines or commits. */
  @Test
  void costsOfTwoThreads_areOfOneDeviceAndOneCommitForAllSets() throws Exception {
    String expected = "cpu/avx512-ifma 8f9aa2843484";
    for (String set : ShippedCosts.sets()) {
      Path file =
          RESULTS.resolve("../../../..").resolve(ShippedCosts.of(set).orElseThrow().source());
      for (JsonNode entry : Json.parse(Files.readAllBytes(file))) {
        assertEquals(
            expected, entry.path("device").asText() + " " + entry.path("commit").asText(), set);
      }
    }
  }

  private static List<Integer> threads(String set) {
    CostsByThreads costs = ShippedCosts.byThreads(set).orElseThrow();
    return List.copyOf(costs.threads());
  }
}
