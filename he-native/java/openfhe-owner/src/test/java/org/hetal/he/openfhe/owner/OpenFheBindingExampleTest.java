package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compiles and runs examples/openfhe-binding as its README says. */
@OpenFheTest
class OpenFheBindingExampleTest {
  private static final Path SOURCE =
      Path.of("../../../examples/openfhe-binding/OpenFheBinding.java");
  private static final Pattern LINE =
      Pattern.compile("(.*?) +slot 0: (-?[0-9.]+) \\(expected (-?[0-9.]+)\\)");

  @Test
  void example_printsWhatItExpects() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                java.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SOURCE.toAbsolutePath().normalize().toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "the example did not end");
    assertEquals(0, process.exitValue(), output);
    List<Matcher> lines = output.lines().map(LINE::matcher).filter(Matcher::matches).toList();
    assertEquals(
        List.of("x^2", "x^2 rotated by one", "T_3(x)", "bootstrapped x, level 1 to 5"),
        lines.stream().map(line -> line.group(1)).toList(),
        output);
    for (Matcher line : lines) {
      double actual = Double.parseDouble(line.group(2));
      assertEquals(Double.parseDouble(line.group(3)), actual, 1e-4, line.group(1));
    }
  }
}
