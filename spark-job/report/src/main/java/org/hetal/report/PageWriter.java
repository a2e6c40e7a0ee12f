package org.hetal.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hetal.format.Json;

/**
 * Writes a {@link Page} as one HTML file that needs nothing else: style, scripts and figures are in
 * it, and its content security policy lets it load nothing. ECharts draws the charts as SVG.
 */
public final class PageWriter {
  private static final Template TEMPLATE = Mustache.compiler().compile(resource("page.mustache"));

  private PageWriter() {}

  /** The page in UTF-8; equal pages give equal bytes. */
  public static byte[] html(Page page) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("title", page.title());
    out.put("role", page.role());
    out.put("lead", page.lead());
    out.put("figures", page.figures());
    out.put("footer", page.footer());
    out.put("style", resource("page.css"));
    out.put("echarts", resource("echarts/echarts.common.min.js"));
    out.put("echartsNotice", resource("echarts/NOTICE").strip());
    out.put("script", resource("page.js"));
    List<Map<String, Object>> sections = new ArrayList<>();
    for (Page.Section section : page.sections()) {
      List<Map<String, Object>> blocks = new ArrayList<>();
      for (Page.Block block : section.blocks()) {
        blocks.add(block(block));
      }
      sections.add(Map.of("heading", section.heading(), "blocks", blocks));
    }
    out.put("sections", sections);
    return TEMPLATE.execute(out).getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, Object> block(Page.Block block) {
    if (block instanceof Page.Paragraph paragraph) {
      return Map.of("paragraph", paragraph);
    }
    if (block instanceof Page.Table table) {
      return Map.of("table", Map.of("hasHeader", !table.header().isEmpty(), "of", table));
    }
    if (block instanceof Page.Matrix matrix) {
      return Map.of("matrix", matrix(matrix));
    }
    Page.Chart chart = (Page.Chart) block;
    return Map.of("chart", Map.of("title", chart.title(), "json", json(chart)));
  }

  private static Map<String, Object> matrix(Page.Matrix matrix) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int label = 0; label < matrix.counts().length; label++) {
      int[] counts = matrix.counts()[label];
      int sum = 0;
      for (int count : counts) {
        sum += count;
      }
      List<Map<String, Object>> cells = new ArrayList<>();
      for (int predicted = 0; predicted < counts.length; predicted++) {
        double share = sum == 0 ? 0 : (double) counts[predicted] / sum;
        cells.add(
            Map.of(
                "count",
                counts[predicted],
                "kind",
                counts[predicted] == 0 ? "none" : predicted == label ? "right" : "wrong",
                "shade",
                String.format(
                    Locale.ROOT, "%.3f", counts[predicted] == 0 ? 0 : 0.12 + 0.88 * share),
                "isDark",
                share > 0.5));
      }
      rows.add(
          Map.of(
              "name",
              matrix.classes().get(label),
              "cells",
              cells,
              "recall",
              sum == 0 ? "–" : String.format(Locale.ROOT, "%.1f %%", 100.0 * counts[label] / sum)));
    }
    return Map.of("title", matrix.title(), "classes", matrix.classes(), "rows", rows);
  }

  /** For page.js; without a character that ends a script. */
  private static String json(Page.Chart chart) {
    ObjectNode out = Json.object();
    out.put("kind", chart.kind() == Page.Kind.LINES ? "lines" : "bars");
    chart.categories().forEach(out.putArray("categories")::add);
    out.put("xName", chart.xName());
    out.put("yName", chart.yName());
    out.put("percent", chart.percent());
    ArrayNode all = out.putArray("series");
    for (Page.Series series : chart.series()) {
      ObjectNode one = all.addObject();
      one.put("name", series.name());
      ArrayNode values = one.putArray("values");
      for (Double value : series.values()) {
        values.add(value == null || !Double.isFinite(value) ? null : value);
      }
    }
    ArrayNode marks = out.putArray("marks");
    for (Page.Mark mark : chart.marks()) {
      marks.addObject().put("category", mark.category()).put("label", mark.label());
    }
    return Json.line(out).replace("<", "\\u003c");
  }

  private static String resource(String name) {
    try (InputStream in = PageWriter.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar of hetal-report lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + name + " of the jar of hetal-report", e);
    }
  }
}
