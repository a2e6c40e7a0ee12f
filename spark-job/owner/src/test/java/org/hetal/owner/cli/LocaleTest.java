package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The locale of the machine changes no file, by name or content. */
@Tag("slow")
class LocaleTest {
  @TempDir Path folder;

  private List<String> command(String name, Path to, String parameters) throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      rows.append(i % 3 == 0 ? 9.5 + i % 2 : i % 4).append(',').append(3 * (i % 3)).append(',');
      rows.append(i % 3).append('\n');
    }
    Files.writeString(folder.resolve("rows.csv"), rows);
    List<String> arguments = new ArrayList<>(List.of(name, "--quiet"));
    for (String setting :
        List.of(
            "backend=" + (parameters.contains("simulator") ? "simulator" : "native"),
            "parameters=" + parameters,
            "insecure-seed=7",
            "data.train.features=" + folder.resolve("rows.csv"),
            "data.classes=3",
            "training.batch-rows=20",
            "training.logit-range=32",
            "paths.secret-key=" + to.resolve("owner/secret.key"),
            "paths.private=" + to.resolve("owner"),
            "paths.plan=" + to.resolve("plan.json"),
            "paths.key-bundle=" + to.resolve("keys"),
            "paths.dataset=" + to.resolve("dataset"))) {
      arguments.addAll(List.of("--set", setting));
    }
    return arguments;
  }

  private Map<String, byte[]> filesUnder(Locale locale, String parameters) throws Exception {
    Locale before = Locale.getDefault();
    Path to = folder.resolve(parameters + "-" + locale.toLanguageTag());
    try {
      Locale.setDefault(locale);
      for (String command : List.of("keygen", "encrypt")) {
        CommandRun run = CommandRun.of(command(command, to, parameters).toArray(String[]::new));
        assertEquals(0, run.status(), locale + ": " + run.output());
        assertTrue(
            run.output().codePoints().noneMatch(c -> c > 0x7f && Character.isDigit(c)),
            run.output());
      }
    } finally {
      Locale.setDefault(before);
    }
    return files(to);
  }

  private static Map<String, byte[]> files(Path folder) throws Exception {
    Map<String, byte[]> out = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        out.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return out;
  }

  /** A data set's record says when and where it was written; all else must be the same. */
  private static void assertSameFiles(Map<String, byte[]> expected, Map<String, byte[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach(
        (name, bytes) -> {
          if (name.startsWith("owner/datasets/")) {
            assertEquals(withoutTimeAndPlace(bytes), withoutTimeAndPlace(actual.get(name)), name);
          } else {
            assertArrayEquals(bytes, actual.get(name), name);
          }
        });
  }

  private static String withoutTimeAndPlace(byte[] record) {
    String text = new String(record, StandardCharsets.UTF_8);
    String out = text;
    for (String field : List.of("written", "folder", "sha256")) {
      String without = out.replaceAll("\"" + field + "\" ?: ?\"[^\"]*\"", "");
      assertFalse(without.equals(out), field + " in " + text);
      out = without;
    }
    return out;
  }

  @Test
  void filesAreTheSameUnderEveryLocale() throws Exception {
    String set = "insecure_simulator_n8_l12";
    Map<String, byte[]> expected = filesUnder(Locale.US, set);
    assertTrue(expected.size() > 3, () -> expected.keySet().toString());
    for (String tag : List.of("ar-EG", "fa-IR", "mr-IN", "tr-TR", "th-TH-u-nu-thai-ca-buddhist")) {
      assertSameFiles(expected, filesUnder(Locale.forLanguageTag(tag), set));
    }
  }

  @Test
  void filesOfTheEngineAreTheSame_inArabicDigits() throws Exception {
    String set = "insecure_n10_l12";
    assertSameFiles(filesUnder(Locale.US, set), filesUnder(Locale.forLanguageTag("ar-EG"), set));
  }

  /** A process of its own, as a cron job starts it. */
  @Test
  void filesAreTheSameUnderTheLocaleC() throws Exception {
    String set = "insecure_simulator_n8_l12";
    assertSameFiles(filesUnder(Locale.US, set), filesOfAProcess("c", set, Map.of("LC_ALL", "C")));
  }

  /** Java sets the locale of the process, too, which the engine's C++ must not use. */
  @Test
  void filesOfTheEngineAreTheSame_withADecimalComma() throws Exception {
    Path locales = Files.createDirectory(folder.resolve("locales"));
    assumeTrue(
        Files.exists(Path.of("/usr/share/i18n/locales/de_DE")), "no sources of locales (locales)");
    run(
        List.of(
            "localedef", "-f", "UTF-8", "-i", "de_DE", locales.resolve("de_DE.UTF-8").toString()),
        Map.of());
    String set = "insecure_n10_l12";
    Map<String, String> german = Map.of("LOCPATH", locales.toString(), "LC_ALL", "de_DE.UTF-8");
    assertSameFiles(filesUnder(Locale.US, set), filesOfAProcess("de", set, german));
  }

  /** Java cannot name such a file there: one line with the remedy, and no file of another name. */
  @Test
  void accentUnderTheLocaleC_isRefused() throws Exception {
    Path conf = folder.resolve("accent.conf");
    Files.writeString(conf, "hetal.paths.secret-key = \"" + folder + "/clé/secret.key\"");
    List<String> line = process("plan", folder.resolve("c"), "insecure_simulator_n8_l12");
    int key = line.indexOf("paths.secret-key=" + folder.resolve("c/owner/secret.key"));
    line.subList(key - 1, key + 1).clear();
    line.addAll(List.of("-c", conf.toString()));
    CommandRun run = run(line, Map.of("LC_ALL", "C"));
    assertEquals(78, run.status(), run.output());
    assertEquals(
        1, run.output().lines().filter(l -> !l.startsWith("WARNING")).count(), run.output());
    assertTrue(run.output().contains("LC_ALL=C.UTF-8"), run.output());
  }

  private Map<String, byte[]> filesOfAProcess(
      String name, String parameters, Map<String, String> environment) throws Exception {
    Path to = folder.resolve(name);
    for (String command : List.of("keygen", "encrypt")) {
      CommandRun run = run(process(command, to, parameters), environment);
      assertEquals(0, run.status(), run.output());
    }
    return files(to);
  }

  private List<String> process(String command, Path to, String parameters) throws Exception {
    return CommandRun.line(command(command, to, parameters));
  }

  private CommandRun run(List<String> line, Map<String, String> environment) throws Exception {
    return CommandRun.process(line, environment, folder.resolve("process.log"));
  }
}
