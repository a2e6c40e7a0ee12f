package org.hetal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.hetal.config.Settings;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SettingsOptionsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private List<String> announced(String... arguments) {
    SettingsOptions options = CommandLine.populateCommand(new SettingsOptions(), arguments);
    Settings settings = options.load();
    options.announce(
        settings,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void settingsThatDifferFromTheDefaults_areOneLine() {
    assertEquals(
        List.of("settings: threads = 2, training.epochs = 3"),
        announced("-s", "threads=2", "--set=training.epochs=3"));
  }

  @Test
  void defaults_areSaidToBeThem() {
    assertEquals(List.of("settings: the defaults"), announced());
  }

  @Test
  void verbose_printsAllAndQuietNone() {
    assertTrue(announced("--verbose").size() > 40);
    out.reset();
    assertEquals(List.of(), announced("--quiet"));
  }

  @Test
  void longLists_areWrapped() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      many.add("some.setting-" + i + " = 12345");
    }
    List<String> lines = SettingsOptions.wrapped(many);
    assertTrue(lines.size() > 2);
    assertTrue(lines.stream().allMatch(line -> line.length() <= 118));
    assertEquals(
        String.join(", ", many), String.join(" ", lines).substring(10).replaceAll(" +", " "));
  }

  @Test
  void insecureParameters_areWarnedOf() {
    announced("-q", "-s", "parameters=insecure_n10_l12");
    assertTrue(err.toString(StandardCharsets.UTF_8).startsWith("WARNING: INSECURE"), "no warning");
  }
}
