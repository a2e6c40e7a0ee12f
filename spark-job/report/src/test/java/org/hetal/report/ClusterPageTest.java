package org.hetal.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.hetal.dataset.LocalStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page says; how a browser shows it: dev/outputs_test.sh. */
class ClusterPageTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path root;

  private Page page() {
    return ClusterPage.of(RunHistory.read(new LocalStorage(root)), "a/run", NOW);
  }

  private static String html(Page page) {
    return new String(PageWriter.html(page), StandardCharsets.UTF_8);
  }

  @Test
  void page_ofAFinishedRun_saysWhatWasTrainedAndWhereItStopped() {
    Runs.writeFinished(new LocalStorage(root));
    String html = html(page());
    for (String part :
        List.of(
            "330 rows with 4 features each",
            "ended the training early, after epoch 4 (no better &lt;loss&gt; for 2 epochs)",
            "The model is that of epoch 2",
            "This was a test: its parameters protect nothing",
            "123.5 kB",
            "6.28 kB", // sums of 12 steps and 4 validations
            "2026-01-02T03:04:05Z from a&#x2F;run")) {
      assertTrue(html.replace("/", "&#x2F;").contains(part.replace("/", "&#x2F;")), part);
    }
    assertArrayEquals(PageWriter.html(page()), PageWriter.html(page()));
    RunHistory history = RunHistory.read(new LocalStorage(root));
    assertTrue(
        new RunSections(history).figures().contains(new Page.Figure("152", "bootstraps")),
        "those of 12 steps and 4 validations");
  }

  @Test
  void page_ofARunThatGoesOn_saysSo() {
    Runs.write(new LocalStorage(root), 5);
    assertTrue(
        html(page())
            .contains(
                "1 of 4 epochs and 5 of 12 steps are done, in 22.0 s. The run has not finished"));
    Runs.write(new LocalStorage(root), 0);
    assertTrue(html(page()).contains("No step is done yet"));
  }

  /** Loss and accuracy are the data owner's; the word stands only where the page says so. */
  @Test
  void page_hasNoSeriesOfLossOrAccuracy() {
    Runs.writeFinished(new LocalStorage(root));
    for (Page.Section section : page().sections()) {
      for (Page.Block block : section.blocks()) {
        assertFalse(block instanceof Page.Matrix);
        if (block instanceof Page.Chart chart) {
          assertEquals("Time per step", chart.title());
          assertEquals(7, chart.series().size());
          assertEquals(12, chart.categories().size());
          double first = chart.series().stream().mapToDouble(one -> one.values().get(0)).sum();
          assertEquals(4.0, first, 1e-12);
        }
      }
    }
  }

  @Test
  void page_needsNothingElse() throws Exception {
    Runs.writeFinished(new LocalStorage(root));
    String html = html(page());
    assertTrue(html.contains("default-src 'none'"));
    String echarts;
    try (InputStream in = PageWriter.class.getResourceAsStream("echarts/echarts.common.min.js")) {
      echarts = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertTrue(html.contains(echarts));
    // In its code are texts of elements, which the content security policy keeps from loading.
    html = html.replace(echarts, "");
    assertFalse(html.matches("(?s).*<(link|script|img|iframe)[^>]* (src|href)=\"(?!data:).*"));
    assertTrue(
        html.contains("Apache License") || html.contains("Licensed to the Apache"), "licence");
  }

  @Test
  void html_escapesTextAndWhatWouldEndAScript() {
    Page page =
        new Page(
            "<b>&\"",
            "",
            List.of(),
            List.of(),
            List.of(
                new Page.Section(
                    "s",
                    List.of(
                        new Page.Chart(
                            "c",
                            Page.Kind.LINES,
                            List.of("</script><script>alert(1)</script>"),
                            "x",
                            "y",
                            false,
                            List.of(new Page.Series("n", List.of(Double.NaN))),
                            List.of())))),
            "");
    String html = html(page);
    assertTrue(html.contains("<h1>&lt;b&gt;&amp;&quot;</h1>"));
    assertFalse(html.contains("<script>alert"));
    assertTrue(html.contains("\\u003c/script>"));
    assertTrue(html.contains("\"values\":[null]"));
  }
}
