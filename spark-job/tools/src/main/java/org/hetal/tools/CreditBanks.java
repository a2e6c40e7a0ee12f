package org.hetal.tools;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.hetal.config.Settings;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.FileReadException;

/**
 * The customers of {@code conf/data/credit.csv.gz}, divided by age among banks. Bank k of n has k
 * of 1 + 2 + ... + n shares of the training rows, the youngest customers first; customers of one
 * age are in one bank. The limits between the ages divide the validation and the test rows, too.
 */
final class CreditBanks {
  static final int FEWEST = 2;
  static final int MOST = 8;

  private static final String SPLIT = "split,";
  private static final String AGE = "Age";

  private final String header;
  private final List<Customer> customers;
  private final double[] limits;

  /** A row of the file. */
  private record Customer(Split split, double age, String values) {}

  /** The parts of the table, in files of their own. */
  enum Split {
    TRAIN,
    VALIDATION,
    TEST;

    /** As in the column {@code split}. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The name of the file that {@link #write} writes. */
    String file() {
      return label() + ".csv";
    }

    private static Split of(String label) {
      return Arrays.stream(values())
          .filter(split -> split.label().equals(label))
          .findFirst()
          .orElseThrow(() -> new DemoException("credit table: unknown split " + label));
    }
  }

  private CreditBanks(String header, List<Customer> customers, double[] limits) {
    this.header = header;
    this.customers = customers;
    this.limits = limits;
  }

  /**
   * Reads the table and divides it.
   *
   * @param table the shipped file
   * @param banks {@link #FEWEST} to {@link #MOST}
   */
  static CreditBanks read(Path table, int banks) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(table)), StandardCharsets.UTF_8))) {
      String header = in.readLine().substring(SPLIT.length());
      int age = List.of(header.split(",")).indexOf(AGE);
      List<Customer> customers = in.lines().map(line -> customer(line, age)).toList();
      return new CreditBanks(header, customers, limits(customers, banks));
    } catch (IOException e) {
      throw FileReadException.of(table, e);
    }
  }

  private static Customer customer(String line, int age) {
    int comma = line.indexOf(',');
    String values = line.substring(comma + 1);
    return new Customer(
        Split.of(line.substring(0, comma)), Double.parseDouble(values.split(",")[age]), values);
  }

  /** The least age of each bank but the first. */
  private static double[] limits(List<Customer> customers, int banks) {
    double[] ages =
        customers.stream()
            .filter(customer -> customer.split() == Split.TRAIN)
            .mapToDouble(Customer::age)
            .sorted()
            .toArray();
    int shares = banks * (banks + 1) / 2;
    double[] limits = new double[banks - 1];
    for (int bank = 1; bank < banks; bank++) {
      limits[bank - 1] = ages[ages.length * (bank * (bank + 1) / 2) / shares];
    }
    return limits;
  }

  /** {@return the number of banks} */
  int banks() {
    return limits.length + 1;
  }

  /**
   * {@return the number of a bank's rows}
   *
   * @param bank from 1
   */
  int rows(int bank, Split split) {
    return lines(bank, split).size();
  }

  /** {@return the minibatches of an epoch, those of all banks} */
  int minibatches(Settings.Training training) {
    return IntStream.rangeClosed(1, banks())
        .map(bank -> training.schedule(rows(bank, Split.TRAIN)).batches())
        .sum();
  }

  /** {@return the names of the columns, the label last} */
  String header() {
    return header;
  }

  /**
   * The rows of a bank, in the order of the table, as text.
   *
   * @param bank from 1
   */
  List<String> lines(int bank, Split split) {
    return customers.stream()
        .filter(customer -> customer.split() == split && bankOf(customer) == bank)
        .map(Customer::values)
        .toList();
  }

  private int bankOf(Customer customer) {
    return 1 + (int) Arrays.stream(limits).filter(limit -> customer.age() >= limit).count();
  }

  /**
   * Writes {@code train.csv}, {@code validation.csv} and {@code test.csv}, each with a header.
   *
   * @param bank from 1
   * @param folder of the bank, for its eyes only
   */
  void write(int bank, Path folder) {
    LocalStorage storage = LocalStorage.ownerOnly(folder);
    for (Split split : Split.values()) {
      List<String> lines = new ArrayList<>(List.of(header));
      lines.addAll(lines(bank, split));
      lines.add("");
      storage.writeAtomically(
          split.file(), String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }
  }
}
