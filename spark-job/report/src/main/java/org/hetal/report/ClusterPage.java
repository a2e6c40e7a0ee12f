package org.hetal.report;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** The page about a run with what the cluster knows of it. */
public final class ClusterPage {
  private ClusterPage() {}

  /**
   * @param where the run directory is, for the footer
   * @param now when the page is made
   */
  public static Page of(RunHistory history, String where, Instant now) {
    RunSections run = new RunSections(history);
    List<Page.Figure> figures = new ArrayList<>(List.of(run.security()));
    figures.addAll(run.figures());
    return new Page(
        "Training on encrypted data",
        "The cluster's report. It holds what the cluster may know: sizes, times and the oracle's"
            + " answers. Loss, accuracy and the model belong to the data owner, whose report has"
            + " them.",
        List.of(run.what(), run.howFar()),
        figures,
        run.all(),
        footer(where, now));
  }

  /** The last line of a page. */
  public static String footer(String where, Instant now) {
    return "Made by hetal report on "
        + now.truncatedTo(ChronoUnit.SECONDS)
        + " from "
        + where
        + ". Charts: Apache ECharts.";
  }
}
