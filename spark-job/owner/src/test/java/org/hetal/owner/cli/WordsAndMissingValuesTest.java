package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.RecordStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows as people have them, with an index, words as labels and missing values, by the commands. */
class WordsAndMissingValuesTest {
  private static final String[] KINDS = {"sky, blue", "ant", "bee"};

  @TempDir Path root;
  private OwnerFolder owner;

  private void run(int status, String command, String... more) {
    assertEquals(status, owner.hetal(command, more), owner.output);
  }

  @Test
  void predictions_haveTheWordsAndTheClusterHasNoStatistics() throws Exception {
    owner = new OwnerFolder(root, "simulator", "insecure_simulator_n8_l12");
    StringBuilder rows = new StringBuilder("id,a,b,c,d,kind\n");
    int number = 0;
    for (String row : OwnerFolder.rows(3, 150).lines().toList()) {
      int label = row.charAt(row.length() - 1) - '0';
      String features = row.substring(0, row.lastIndexOf(','));
      String first = number % 10 == 4 ? "NA" + features.substring(features.indexOf(',')) : features;
      rows.append("r").append(number++).append(',').append(first);
      rows.append(",\"").append(KINDS[label]).append("\"\n");
    }
    Files.writeString(root.resolve("rows.csv"), rows);
    run(65, "encrypt");
    assertTrue(owner.output.contains("line 2 column 0 (id): expected a number"), owner.output);
    assertTrue(owner.output.contains("leave it out with data.drop-columns"), owner.output);
    setting("label-column = kind, drop-columns = [id]");
    run(65, "encrypt");
    assertTrue(owner.output.contains("missing in all: 15 in column 1 (a)"), owner.output);
    setting("missing = mean, standardize = true");
    run(0, "keygen");
    run(0, "encrypt");

    String plan = Files.readString(root.resolve("cluster/dataset/plan.json"));
    assertTrue(plan.contains("\"standardize\" : true"), plan);
    assertTrue(plan.contains("\"missing\" : \"MEAN\""), plan);
    RecordStore records = new RecordStore(root.resolve("owner"));
    DatasetRecord record = records.dataset(owner.dataset("cluster/dataset").id(), "test");
    assertEquals(List.of("ant", "bee", "sky, blue"), record.classNames());
    double fill = record.preparation().fills()[0];
    assertTrue(fill > 0.2 && fill < 0.5, "the mean of column a: " + fill);
    requireNotInCluster(Double.toString(fill), "sky, blue", "fills", "deviations");

    Files.writeString(root.resolve("new.csv"), "id,a,b,c,d\nx,1,0,0,0\ny,,1,0,0\nz,0,0,1,0\n");
    String[] rowsToPredict = {
      "--rows", root.resolve("new.csv").toString(), "--output", root.resolve("new").toString()
    };
    run(0, "encrypt", rowsToPredict);
    owner.predict("new", "logits");
    run(
        0,
        "decrypt-predictions",
        "--logits",
        root.resolve("logits").toString(),
        "--rows",
        root.resolve("new.csv").toString(),
        "--output",
        root.resolve("predictions.csv").toString());
    List<String> lines = Files.readAllLines(root.resolve("predictions.csv"));
    assertEquals(
        "row,class,probability_ant,probability_bee,\"probability_sky, blue\"", lines.get(0));
    assertEquals(4, lines.size());
    for (String line : lines.subList(1, 4)) {
      assertTrue(line.matches("[234],(ant|bee|\"sky, blue\")(,[01]\\.[0-9]{6}){3}"), line);
    }
  }

  private void setting(String settings) throws Exception {
    Files.writeString(owner.conf, "hetal.data { " + settings + " }\n", StandardOpenOption.APPEND);
  }

  private void requireNotInCluster(String... words) throws Exception {
    try (Stream<Path> files = Files.walk(root.resolve("cluster"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".json")).toList()) {
        String text = Files.readString(file);
        for (String word : words) {
          assertFalse(text.contains(word), file + " has " + word);
        }
      }
    }
  }
}
