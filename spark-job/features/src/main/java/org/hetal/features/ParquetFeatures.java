package org.hetal.features;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.hetal.owner.export.StreamOutputFile;

/**
 * Parquet with the columns {@code image} (text: the path below the folder), {@code features} (a
 * list of float32) and, for labeled images, {@code label} (text).
 */
final class ParquetFeatures extends FeatureFile {
  private final boolean labeled;
  private final MessageType schema;
  private ParquetWriter<Group> writer;

  ParquetFeatures(Path target, boolean labeled) {
    super(target);
    this.labeled = labeled;
    this.schema =
        MessageTypeParser.parseMessageType(
            "message images { required binary image (STRING);"
                + " required group features (LIST) {"
                + " repeated group list { required float element; } }"
                + (labeled ? " required binary label (STRING);" : "")
                + " }");
  }

  @Override
  void begin(OutputStream out) throws IOException {
    // Not compressed: features hardly shrink, and the codecs would be native code.
    writer =
        ExampleParquetWriter.builder(new StreamOutputFile(out))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
            .build();
  }

  @Override
  void write(ImageFolder.Image image, float[] features) throws IOException {
    Group row = new SimpleGroup(schema);
    row.append("image", image.path());
    Group list = row.addGroup("features");
    for (float value : features) {
      list.addGroup("list").append("element", value);
    }
    if (labeled) {
      row.append("label", image.label());
    }
    writer.write(row);
  }

  @Override
  void end() throws IOException {
    if (writer != null) {
      ParquetWriter<Group> open = writer;
      writer = null;
      open.close();
    }
  }
}
