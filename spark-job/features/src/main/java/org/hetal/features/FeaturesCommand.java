package org.hetal.features;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hetal.command.ExitCode;
import org.hetal.command.ProgressBar;
import org.hetal.command.Units;
import org.hetal.config.LocalPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Runs an ONNX model on the images of a folder. */
@Command(
    name = "features",
    description = {
      "Runs an ONNX model on all images of a folder and writes one row of features per image, in"
          + " the order of their paths. Needs no key and no settings; the images stay on this"
          + " machine.",
      "Images are JPEG, PNG, BMP or GIF. The folder has a folder of images for each label;"
          + " without such folders the rows have no label. An image that cannot be read ends the"
          + " command, and nothing is written."
    })
final class FeaturesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description =
          "ONNX model with one input, float32 [n, channels, height, width] or [n, height, width,"
              + " channels], and features as float32 [n, d].")
  private Path model;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "FOLDER",
      description = "Images, in a folder for each label.")
  private Path images;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      converter = OutputFile.class,
      description =
          "FILE.parquet: columns image, features, label; FILE.csv.gz: image, f0, f1, ..., label;"
              + " FILE.npy: float32 [images, d], with FILE.labels.npy (int64, labels in sorted"
              + " order) and FILE.images.csv beside it. Replaced when it exists.")
  private Path output;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      converter = SizeText.class,
      description =
          "Size of the model's images: 224, or HEIGHTxWIDTH. Default: that of the model's input.")
  private ModelInput.Size size;

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      description =
          "NCHW: the channels are before height and width; NHWC: after them. Default: by the"
              + " model's input.")
  private ModelInput.Layout layout;

  @Option(
      names = "--channels",
      paramLabel = "ORDER",
      defaultValue = "RGB",
      description = "RGB or BGR: the order that the model wants. Default: ${DEFAULT-VALUE}.")
  private Preprocessing.Channels channels;

  @Option(
      names = "--pixel-range",
      paramLabel = "1|255",
      defaultValue = "1",
      description =
          "Largest pixel value before mean and deviation: 1 or 255. Default: ${DEFAULT-VALUE}.")
  private int range;

  @Option(
      names = "--mean",
      split = ",",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description =
          "Subtracted from pixels: one number, or one for each channel with commas. Default:"
              + " ${DEFAULT-VALUE}. PyTorch's models of ImageNet: 0.485,0.456,0.406.")
  private double[] mean;

  @Option(
      names = "--deviation",
      split = ",",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description =
          "Pixels are divided by it after the mean was subtracted: one number, or one for each"
              + " channel. Default: ${DEFAULT-VALUE}. PyTorch's models of ImageNet:"
              + " 0.229,0.224,0.225.")
  private double[] deviation;

  @Option(
      names = "--fit",
      paramLabel = "HOW",
      defaultValue = "CROP",
      description =
          "An image of another shape than the model's: CROP: scale it until it covers the input and"
              + " cut off both sides equally; STRETCH: scale both axes. Default: ${DEFAULT-VALUE}.")
  private Preprocessing.Fit fit;

  @Option(
      names = "--feature-output",
      paramLabel = "NAME",
      description =
          "Output of the model that has the features. Default: the only one, or the one with the"
              + " name features.")
  private String featureOutput;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Images that are computed at a time; it does not change the features. Default: one for"
              + " each processor.")
  private Integer threads;

  @Override
  public Integer call() {
    checkOptions();
    ImageFolder folder = ImageFolder.list(images);
    int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    long start = System.nanoTime();
    try (FeatureExtractor extractor = FeatureExtractor.load(model, layout, size, featureOutput);
        ProgressBar progress = ProgressBar.start(System.out, "features: images")) {
      checkChannels(extractor.input().channels());
      Preprocessing preprocessing =
          new Preprocessing(
              extractor.input(), new Preprocessing.Options(fit, channels, range, mean, deviation));
      Extraction.Result result =
          new Extraction(folder, preprocessing, extractor, workers).write(output, progress);
      report(folder, result, (System.nanoTime() - start) * 1e-9, progress);
    }
    return ExitCode.OK.status();
  }

  private void report(
      ImageFolder folder, Extraction.Result result, double seconds, ProgressBar progress) {
    progress.line(
        String.format(
            Locale.ROOT,
            "%s, %s each, %s, in %s",
            Units.count(folder.images().size(), "image"),
            Units.count(result.columns(), "feature"),
            Units.count(folder.labels().size(), "label"),
            Units.duration(seconds)));
    progress.line(
        "wrote " + result.files().stream().map(Path::toString).collect(Collectors.joining(", ")));
    if (folder.isLabeled()) {
      String settings =
          FeatureFile.Format.of(output) == FeatureFile.Format.NPY
              ? "--set data.train.labels=" + result.files().get(1)
              : "--set data.drop-columns=image";
      progress.line(
          "to train on it: --set data.train.features="
              + output
              + " "
              + settings
              + " --set data.classes="
              + folder.labels().size());
    }
  }

  private void checkOptions() {
    require(range == 1 || range == Preprocessing.PIXEL, "--pixel-range: expected 1 or 255", range);
    require(threads == null || threads > 0, "--threads: expected at least 1", threads);
    for (double value : mean) {
      require(
          Math.abs(value) <= range,
          "--mean: expected at most --pixel-range, which is " + range,
          value);
    }
    for (double value : deviation) {
      require(
          value > 0 && value <= range,
          "--deviation: expected more than 0 and at most " + range + ", which is --pixel-range",
          value);
      require(
          range == 1 || value >= 1,
          "--deviation: expected at least 1, as pixels have --pixel-range 255",
          value);
    }
  }

  private void checkChannels(int count) {
    require(
        mean.length == 1 || mean.length == count,
        "--mean: expected 1 number or " + count + ", as the model has channels",
        mean.length);
    require(
        deviation.length == 1 || deviation.length == count,
        "--deviation: expected 1 number or " + count + ", as the model has channels",
        deviation.length);
  }

  private void require(boolean holds, String expected, Object actual) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), expected + ", actual " + actual);
    }
  }

  /** Checks the ending where the option is parsed. */
  static final class OutputFile implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
      Path file = parsed(text);
      if (FeatureFile.Format.of(file) == null) {
        throw new TypeConversionException(
            "expected a file with the ending .parquet, .csv.gz or .npy, actual " + text);
      }
      return file;
    }

    private static Path parsed(String text) {
      try {
        return LocalPath.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Reads 224 or 224x320. */
  static final class SizeText implements ITypeConverter<ModelInput.Size> {
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,4})(?:x([1-9][0-9]{0,4}))?");

    @Override
    public ModelInput.Size convert(String text) {
      Matcher matcher = SIZE.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "expected a number of pixels, or HEIGHTxWIDTH, such as 224 or 224x320, actual " + text);
      }
      int height = Integer.parseInt(matcher.group(1));
      int width = matcher.group(2) == null ? height : Integer.parseInt(matcher.group(2));
      return new ModelInput.Size(height, width);
    }
  }
}
