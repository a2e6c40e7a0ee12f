package org.hetal.features;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.dataset.LocalStorage;
import org.hetal.owner.table.numpy.NpzWriter;

/**
 * NumPy's {@code NAME.npy}: float32 [images, features]. Beside it {@code NAME.images.csv} with the
 * path and the label of each row and, for labeled images, {@code NAME.labels.npy}: int64 [images],
 * the place of the label among all labels in the order of their code points.
 */
final class NpyFeatures extends FeatureFile {
  private final ImageFolder folder;
  private final int columns;
  private OutputStream out;

  NpyFeatures(Path target, ImageFolder folder, int columns) {
    super(target);
    this.folder = folder;
    this.columns = columns;
  }

  @Override
  void begin(OutputStream stream) throws IOException {
    out = stream;
    out.write(NpzWriter.header("<f4", "(" + folder.images().size() + ", " + columns + ")"));
  }

  @Override
  void write(ImageFolder.Image image, float[] features) throws IOException {
    ByteBuffer row =
        ByteBuffer.allocate(Float.BYTES * features.length).order(ByteOrder.LITTLE_ENDIAN);
    row.asFloatBuffer().put(features);
    out.write(row.array());
  }

  @Override
  void end() throws IOException {
    if (out != null) {
      OutputStream open = out;
      out = null;
      open.close();
    }
  }

  @Override
  List<Path> writeOthers() throws IOException {
    List<Path> written = new ArrayList<>();
    if (folder.isLabeled()) {
      written.add(Format.NPY.beside(target(), ".labels.npy"));
      write(written.get(0), labels());
    }
    Path images = Format.NPY.beside(target(), ".images.csv");
    write(images, images());
    written.add(images);
    return written;
  }

  private static void write(Path file, byte[] bytes) {
    LocalStorage.ownerOnly(file.toAbsolutePath().getParent())
        .writeAtomically(file.getFileName().toString(), bytes);
  }

  private byte[] labels() {
    List<String> labels = folder.labels();
    int rows = folder.images().size();
    byte[] header = NpzWriter.header("<i8", "(" + rows + ",)");
    ByteBuffer out =
        ByteBuffer.allocate(header.length + Long.BYTES * rows).order(ByteOrder.LITTLE_ENDIAN);
    out.put(header);
    folder.images().forEach(image -> out.putLong(labels.indexOf(image.label())));
    return out.array();
  }

  private byte[] images() throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(text)) {
      csv.writeRecord(folder.isLabeled() ? List.of("image", "label") : List.of("image"));
      for (ImageFolder.Image image : folder.images()) {
        csv.writeRecord(
            folder.isLabeled() ? List.of(image.path(), image.label()) : List.of(image.path()));
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
