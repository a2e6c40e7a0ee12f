package org.hetal.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hetal.owner.table.Table;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The models are real ones in ONNX Runtime; the first gives the pixels that it got. */
class FeaturesCommandTest {
  private static final int[][] FOUR = {{0xff0000, 0x00ff00}, {0x0000ff, 0x204060}};

  @TempDir Path folder;
  private Path images;
  private Path output;

  @BeforeEach
  void writeImages() throws Exception {
    images = folder.resolve("images");
    output = folder.resolve("out/features.parquet");
    Images.write(Images.rgb(FOUR), images.resolve("dog/a.png"));
    Images.write(Images.solid(2, 2, 0xffffff), images.resolve("cat/deep/er/b.bmp"));
    Images.write(Images.solid(2, 2, 0x102030), images.resolve("cat/a.gif"));
  }

  @Test
  void pixels_reachTheModelInItsLayoutExactly() throws Exception {
    Path model = TinyModel.flatten("n", 3, 2, 2).write(folder.resolve("nchw.onnx"));
    assertDone(run(model, "--pixel-range=255", "--mean=127", "--deviation=128"));
    Table table = parquet();
    double[] raw = {255, 0, 0, 0x20, 0, 255, 0, 0x40, 0, 0, 255, 0x60};
    assertArrayEquals(
        Arrays.stream(raw).map(pixel -> (float) ((pixel - 127) / 128)).toArray(),
        table.features()[2]);

    Path last = TinyModel.flatten(1, 2, 2, 3).write(folder.resolve("nhwc.onnx"));
    assertDone(run(last, "--pixel-range=255", "--channels=bgr"));
    assertArrayEquals(
        new double[] {0, 0, 255, 0, 255, 0, 255, 0, 0, 0x60, 0x40, 0x20}, parquet().features()[2]);

    assertDone(run(model, "--mean=0.5,0.25,0", "--deviation=0.5,0.25,1"));
    assertArrayEquals(new double[] {1, 1, 1, 1, 3, 3, 3, 3, 1, 1, 1, 1}, parquet().features()[1]);
  }

  @Test
  void labels_areTheFoldersInOrderOfTheirNames() throws Exception {
    Path model = pixels();
    Images.Run run = run(model);
    assertDone(run);
    Table table = parquet();
    assertEquals(List.of("cat", "dog"), table.classNames());
    assertArrayEquals(new int[] {0, 0, 1}, table.labels());
    assertTrue(run.output().contains("3 images, 12 features each, 2 labels"), run.output());
    assertTrue(
        run.output()
            .contains(
                "--set data.train.features="
                    + output
                    + " --set data.drop-columns=image --set data.classes=2"),
        run.output());
  }

  @Test
  void everyFormat_hasTheSameRows() throws Exception {
    Path model = pixels();
    String[] scaling = {"--mean=0.485,0.456,0.406", "--deviation=0.229,0.224,0.225"};
    assertDone(run(model, scaling));
    Path csv = folder.resolve("x.csv.gz");
    assertDone(Images.Run.of(model, images, csv, scaling));
    Path npy = folder.resolve("x.npy");
    assertDone(Images.Run.of(model, images, npy, scaling));
    Table expected = parquet();
    Table fromCsv =
        Images.read(
            Map.of(
                "data.train.features", csv.toString(),
                "data.drop-columns", "image",
                "data.classes", "2"));
    Table fromNpy =
        Images.read(
            Map.of(
                "data.train.features", npy.toString(),
                "data.train.labels", folder.resolve("x.labels.npy").toString(),
                "data.classes", "2"));
    for (int row = 0; row < 3; row++) {
      double[] features = expected.features()[row];
      assertArrayEquals(features, floats(fromCsv.features()[row]));
      assertArrayEquals(features, fromNpy.features()[row]);
    }
    assertArrayEquals(expected.labels(), fromCsv.labels());
    assertArrayEquals(expected.labels(), fromNpy.labels());
    assertEquals(
        List.of("image,label", "cat/a.gif,cat", "cat/deep/er/b.bmp,cat", "dog/a.png,dog"),
        Files.readAllLines(folder.resolve("x.images.csv")));
  }

  @Test
  void threads_doNotChangeTheBytes() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 40; i++) {
      BufferedImage image = Images.solid(30 + i, 50, 0);
      for (int y = 0; y < 50; y++) {
        for (int x = 0; x < 30 + i; x++) {
          image.setRGB(x, y, random.nextInt(1 << 24));
        }
      }
      Images.write(image, images.resolve("noise/" + i + ".png"));
    }
    Path model =
        new TinyModel()
            .input("pixels", DataType.FLOAT, "n", 3, "h", "w")
            .node("GlobalAveragePool", "pixels", "means")
            .output("means", DataType.FLOAT, "n", 3, 1, 1)
            .write(folder.resolve("mean.onnx"));
    assertDone(run(model, "--size=24x32", "--threads=1"));
    byte[] once = Files.readAllBytes(output);
    assertDone(run(model, "--size=24x32", "--threads=7"));
    assertArrayEquals(once, Files.readAllBytes(output));
  }

  @Test
  void images_areScaledToTheModel() throws Exception {
    // A quarter on the left is red: the square in the middle is blue.
    BufferedImage wide = Images.solid(40, 10, 0xff0000);
    for (int y = 0; y < 10; y++) {
      for (int x = 10; x < 40; x++) {
        wide.setRGB(x, y, 0x0000ff);
      }
    }
    Images.write(wide, images.resolve("wide/w.png"));
    Images.write(Images.solid(9, 7, 0x336699), images.resolve("wide/x.jpg"));
    Path model =
        new TinyModel()
            .input("pixels", DataType.FLOAT, "n", 3, 10, 10)
            .node("GlobalAveragePool", "pixels", "pool")
            .node("Flatten", "pool", "features")
            .output("features", DataType.FLOAT, "n", "d")
            .write(folder.resolve("mean.onnx"));
    assertDone(run(model, "--pixel-range=255"));
    Table table = Images.read(settings(3));
    assertArrayEquals(new double[] {255, 255, 255}, table.features()[1]);
    assertArrayEquals(new double[] {0, 0, 255}, table.features()[3]);
    assertArrayEquals(new double[] {0x33, 0x66, 0x99}, table.features()[4], 2);
    assertDone(run(model, "--pixel-range=255", "--fit=stretch"));
    double halfColumn = 255 / 10 / 2.0 + 1;
    assertArrayEquals(
        new double[] {63.75, 0, 191.25}, Images.read(settings(3)).features()[3], halfColumn);
  }

  @Test
  void imagesWithoutFolders_haveNoLabels() throws Exception {
    Path bare = folder.resolve("bare");
    Images.write(Images.rgb(FOUR), bare.resolve("a.png"));
    assertDone(Images.Run.of(pixels(), bare, output));
    Images.write(Images.rgb(FOUR), bare.resolve("dog/a.png"));
    assertRefused(
        Images.Run.of(pixels(), bare, output), 65, "bare/a.png: expected all images in a folder");
  }

  @Test
  void aBadImage_isAnErrorWithItsPathAndLeavesNoFile() throws Exception {
    Path model = pixels();
    Path bad = Files.writeString(images.resolve("dog/b.png"), "no image");
    assertRefused(run(model), 65, bad + ": expected an intact JPEG, PNG, BMP or GIF image");
    byte[] whole =
        Files.readAllBytes(Images.write(Images.solid(64, 64, 0x88), folder.resolve("whole.jpg")));
    Files.delete(bad);
    Path truncated =
        Files.write(
            images.resolve("dog/c.jpg"), Arrays.copyOf(whole, whole.length - whole.length / 8));
    assertRefused(run(model), 65, truncated + ": expected an intact");
    Files.delete(truncated);
    Path text = Files.writeString(images.resolve("dog/readme.txt"), "text");
    assertRefused(run(model), 65, text + ": expected an image (.bmp, .gif,", "move it elsewhere");
    Files.delete(text);
    Files.writeString(images.resolve(".DS_Store"), "hidden");
    assertDone(run(model));
  }

  /** The kernel tells which names were made. */
  @Test
  void temporaryNames_cannotBeForeseen_andFilesAreTheOwners() throws Exception {
    Path out = Files.createDirectories(output.getParent());
    String leftover = ".features.parquet.01234567-89ab-cdef-0123-456789abcdef";
    Files.writeString(out.resolve(leftover), "of a killed run");
    for (String name : List.of("features.parquet", "x.csv.gz", "y.npy")) {
      Set<String> names = new TreeSet<>();
      try (WatchService watch = out.getFileSystem().newWatchService()) {
        out.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        assertDone(Images.Run.of(pixels(), images, out.resolve(name)));
        while (!names.contains(name)) {
          WatchKey key = watch.poll(10, TimeUnit.SECONDS);
          assertTrue(key != null, names.toString());
          key.pollEvents().forEach(event -> names.add(event.context().toString()));
          key.reset();
        }
      }
      String random = "\\." + Pattern.quote(name) + "\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
      assertTrue(names.stream().anyMatch(each -> each.matches(random)), names.toString());
      assertTrue(names.stream().noneMatch(each -> each.endsWith(".part")), names.toString());
    }
    try (Stream<Path> files = Files.list(out)) {
      for (Path file : files.toList()) {
        assertFalse(file.getFileName().toString().startsWith("."), file.toString());
        assertEquals(
            "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      }
    }
  }

  @Test
  void modelsOfOtherForms_areRefused() throws Exception {
    Path file = folder.resolve("m.onnx");
    assertRefused(run(file), 65, "cannot read " + file);
    Files.writeString(file, "no model");
    assertRefused(run(file), 65, file + ": expected a model in ONNX format");
    TinyModel.flatten("n", 12).write(file);
    assertRefused(run(file), 65, "input pixels: expected four axes", "[?, 12]");
    TinyModel.flatten("n", 3, "h", "w").write(file);
    assertRefused(run(file), 65, "expected --size", "say for example --size 224");
    TinyModel.flatten("n", 3, 2, 3).write(file);
    assertRefused(run(file), 65, "expected 1 or 3 channels on axis 1 or on axis 3", "--layout");
    assertDone(run(file, "--layout=nchw"));
    TinyModel.flatten("n", 3, 2, 2).write(file);
    assertRefused(run(file, "--size=4"), 65, "the model's size of images, [?, 3, 2, 2]", "4x4");
    new TinyModel()
        .input("pixels", DataType.UINT8, "n", 3, 2, 2)
        .node("Flatten", "pixels", "features")
        .output("features", DataType.UINT8, "n", 12)
        .write(file);
    assertRefused(run(file), 65, "input pixels: expected a tensor of float32, actual UINT8");
    new TinyModel()
        .input("pixels", DataType.FLOAT, "n", 3, 2, 2)
        .node("Relu", "pixels", "map")
        .output("map", DataType.FLOAT, "n", 3, 2, 2)
        .write(file);
    assertRefused(run(file), 65, "output map, actual shape [1, 3, 2, 2]", "GlobalAveragePool");
    new TinyModel()
        .input("pixels", DataType.FLOAT, "n", 3, 2, 2)
        .node("Log", "pixels", "log")
        .node("Flatten", "log", "features")
        .output("features", DataType.FLOAT, "n", 12)
        .write(file);
    assertRefused(run(file), 65, "dog/a.png: expected finite features, actual -Infinity");
  }

  @Test
  void anOutputOfSeveral_isChosenByName() throws Exception {
    TinyModel two =
        new TinyModel()
            .input("pixels", DataType.FLOAT, "n", 3, 2, 2)
            .node("Flatten", "pixels", "flat")
            .node("Neg", "flat", "negative")
            .output("flat", DataType.FLOAT, "n", 12)
            .output("negative", DataType.FLOAT, "n", 12);
    Path model = two.write(folder.resolve("two.onnx"));
    assertRefused(run(model), 65, "actual [flat, negative]; choose one with --feature-output");
    assertRefused(run(model, "--feature-output=x"), 65, "expected output x");
    assertDone(run(model, "--feature-output=negative"));
    assertEquals(-1, parquet().features()[1][0]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--mean=127|--mean: expected at most --pixel-range, which is 1, actual 127.0",
        "--pixel-range=255 --deviation=0.229|--deviation: expected at least 1",
        "--deviation=0|--deviation: expected more than 0",
        "--mean=0.1,0.2|--mean: expected 1 number or 3",
        "--pixel-range=100|--pixel-range: expected 1 or 255, actual 100",
        "--size=0|expected a number of pixels",
        "--threads=0|--threads: expected at least 1",
        "--output=x.txt|expected a file with the ending .parquet, .csv.gz or .npy",
        "--layout=CHW|NCHW",
      })
  void wrongOptions_areUsageErrors(String options, String expected) throws Exception {
    Path model = pixels();
    String[] words = options.split(" ");
    assertRefused(run(model, words), 64, expected);
  }

  private Path pixels() throws Exception {
    return TinyModel.flatten("n", 3, 2, 2).write(folder.resolve("pixels.onnx"));
  }

  private Images.Run run(Path model, String... options) {
    return Images.Run.of(model, images, output, options);
  }

  private Table parquet() {
    return Images.read(settings(2));
  }

  private Map<String, String> settings(int classes) {
    return Map.of(
        "data.train.features", output.toString(),
        "data.drop-columns", "image",
        "data.classes", Integer.toString(classes));
  }

  private static double[] floats(double[] values) {
    return Arrays.stream(values).map(value -> (float) value).toArray();
  }

  /** Of files beside the output that are not whole. */
  private List<String> temporaryNames() throws Exception {
    try (Stream<Path> files = Files.list(output.getParent())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.contains("features.parquet"))
          .filter(name -> !name.equals("features.parquet"))
          .toList();
    }
  }

  private static void assertDone(Images.Run run) {
    assertEquals(0, run.status(), run.output());
  }

  private void assertRefused(Images.Run run, int status, String... expected) throws Exception {
    assertEquals(status, run.status(), run.output());
    assertEquals(1, run.output().lines().count(), run.output());
    for (String part : expected) {
      assertTrue(run.output().contains(part), run.output());
    }
    if (Files.exists(output.getParent())) {
      assertEquals(List.of(), temporaryNames());
    }
  }
}
