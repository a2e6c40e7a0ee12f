package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The division of the shipped table. */
class CreditBanksTest {
  private static final Path TABLE = Path.of("../../conf/data/credit.csv.gz");

  @TempDir Path folder;

  private static List<Integer> rows(CreditBanks banks, CreditBanks.Split split) {
    return IntStream.rangeClosed(1, banks.banks())
        .mapToObj(bank -> banks.rows(bank, split))
        .toList();
  }

  private static List<Double> ages(CreditBanks banks, int bank) {
    int column = List.of(banks.header().split(",")).indexOf("Age");
    return Arrays.stream(CreditBanks.Split.values())
        .flatMap(split -> banks.lines(bank, split).stream())
        .map(line -> Double.valueOf(line.split(",")[column]))
        .toList();
  }

  @Test
  void threeBanks_haveTheRowsThatAreDescribed() {
    CreditBanks banks = CreditBanks.read(TABLE, 3);
    assertEquals(List.of(497, 1033, 1586), rows(banks, CreditBanks.Split.TRAIN));
    assertEquals(List.of(95, 244, 329), rows(banks, CreditBanks.Split.VALIDATION));
    assertEquals(List.of(110, 232, 326), rows(banks, CreditBanks.Split.TEST));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void eachCustomer_isInOneBankByAge(int number) {
    CreditBanks banks = CreditBanks.read(TABLE, number);
    assertEquals(number, banks.banks());
    int customers = 0;
    double oldest = Double.NEGATIVE_INFINITY;
    for (int bank = 1; bank <= number; bank++) {
      List<Double> ages = ages(banks, bank);
      customers += ages.size();
      double youngest = ages.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
      assertTrue(youngest > oldest, "bank " + bank);
      oldest = ages.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
      for (CreditBanks.Split split : CreditBanks.Split.values()) {
        assertEquals(
            List.of("0", "1"),
            banks.lines(bank, split).stream()
                .map(line -> line.substring(line.lastIndexOf(',') + 1))
                .distinct()
                .sorted()
                .toList(),
            "labels of bank " + bank + ", " + split);
      }
    }
    assertEquals(4452, customers);
  }

  @Test
  void files_haveTheNamesOfTheColumnsAndNoSplit() throws Exception {
    CreditBanks banks = CreditBanks.read(TABLE, 3);
    banks.write(2, folder);
    List<String> test = Files.readAllLines(folder.resolve("test.csv"));
    assertEquals(233, test.size());
    assertEquals(banks.header(), test.get(0));
    assertTrue(test.get(0).startsWith("Seniority,Time,Age,"), test.get(0));
    assertTrue(test.get(0).endsWith(",Job_partime,label"), test.get(0));
    assertEquals(banks.lines(2, CreditBanks.Split.TEST), test.subList(1, test.size()));
    assertEquals(
        List.of("test.csv", "train.csv", "validation.csv"),
        Arrays.stream(folder.toFile().list()).sorted().collect(Collectors.toList()));
  }
}
