package org.hetal.features;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * CSV in gzip with a line of names: {@code image}, {@code f0}, {@code f1} and so on and, for
 * labeled images, {@code label}. A feature has the digits that identify it as float32.
 */
final class CsvFeatures extends FeatureFile {
  private final boolean labeled;
  private final int columns;
  private CsvWriter writer;

  CsvFeatures(Path target, boolean labeled, int columns) {
    super(target);
    this.labeled = labeled;
    this.columns = columns;
  }

  @Override
  void begin(OutputStream out) throws IOException {
    writer =
        CsvWriter.builder()
            .build(new OutputStreamWriter(new GZIPOutputStream(out), StandardCharsets.UTF_8));
    List<String> names = new ArrayList<>(List.of("image"));
    for (int column = 0; column < columns; column++) {
      names.add("f" + column);
    }
    if (labeled) {
      names.add("label");
    }
    writer.writeRecord(names);
  }

  @Override
  void write(ImageFolder.Image image, float[] features) {
    List<String> fields = new ArrayList<>(List.of(image.path()));
    for (float value : features) {
      fields.add(Float.toString(value));
    }
    if (labeled) {
      fields.add(image.label());
    }
    writer.writeRecord(fields);
  }

  @Override
  void end() throws IOException {
    if (writer != null) {
      CsvWriter open = writer;
      writer = null;
      open.close();
    }
  }
}
