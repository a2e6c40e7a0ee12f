package org.hetal.owner.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.JointDataset;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.StoredFile;
import org.hetal.format.Digests;
import org.hetal.format.Json;
import org.hetal.he.HeFormatException;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.openfhe.Envelope;
import org.hetal.he.openfhe.OpenFheManifest;
import org.hetal.oracle.ClusterCredentials;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.RunIdentity;
import org.hetal.oracle.ValidationAnswer;
import org.hetal.oracle.ValidationRequest;
import org.hetal.owner.contribution.CommonPreparation;
import org.hetal.owner.contribution.Contribution;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.encryption.DecryptedModel;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.files.DataFiles;
import org.hetal.owner.table.files.TableReader;
import org.hetal.owner.vectors.GoldenFolder;
import org.hetal.plan.Preprocessing;
import org.hetal.report.RunMetrics;
import org.hetal.report.RunOwners;
import org.hetal.report.RunSummary;

/** The readers in Java of what comes from the cluster, the network or the owner's data files. */
final class FuzzTargets {
  private static final String MANIFEST = "manifest.json";
  private static final String HASH = "5a".repeat(32);
  private static final RunIdentity RUN =
      new RunIdentity("run-1", "00112233445566778899aabbccddeeff", HASH, HASH);

  /** Of this process, since several may fuzz at a time. */
  private static final Path FOLDER = temporaryFolder();

  private FuzzTargets() {}

  private static Path temporaryFolder() {
    try {
      Path folder = Files.createTempDirectory("hetal-fuzz");
      folder.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deleted at the end, before its folder. */
  private static Path temporary(String name) {
    Path file = FOLDER.resolve(name);
    file.toFile().deleteOnExit();
    return file;
  }

  static FuzzTarget named(String name) {
    return all().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("expected one of " + all() + ", actual " + name));
  }

  static List<FuzzTarget> all() {
    return List.of(
        new FuzzTarget(
            "dataset_manifest",
            List.of(content("dataset-3")),
            DatasetException.class,
            input -> {
              EncryptedDataset read = EncryptedDataset.open(folder("dataset-3", input));
              read.groups().forEach(group -> group.features().forEach(FuzzTargets::require));
            }),
        new FuzzTarget(
            "joint_dataset_manifest",
            List.of(content("dataset-3-joint")),
            DatasetException.class,
            input -> {
              MemoryFolder part = folder("dataset-3-joint", input);
              JointDataset read = JointDataset.open(List.of(part));
              read.dataset().rowCounts();
              read.dataset()
                  .groups()
                  .forEach(group -> group.features().forEach(FuzzTargets::require));
            }),
        new FuzzTarget(
            "model_manifest",
            List.of(content("model-3")),
            DatasetException.class,
            input ->
                EncryptedModel.open(folder("model-3", input))
                    .weights()
                    .forEach(FuzzTargets::require)),
        new FuzzTarget(
            "logits_manifest",
            List.of(content("logits-3")),
            DatasetException.class,
            input ->
                EncryptedLogits.open(folder("logits-3", input))
                    .logits()
                    .forEach(FuzzTargets::require)),
        // The plan's digest is compared after all else.
        new FuzzTarget(
            "plan",
            List.of(golden("plan-1/plan.json"), golden("plan-1-joint/plan.json")),
            DatasetException.class,
            input -> PlanFile.parse("fuzz", input)),
        new FuzzTarget(
            "oracle_request",
            List.of(
                new ValidationRequest(RUN, 3, List.of(new byte[] {1, 2, 3}, new byte[] {4}))
                    .encode()),
            IllegalArgumentException.class,
            input -> ValidationRequest.decode(sealedRequest(input))),
        new FuzzTarget(
            "oracle_greeting",
            List.of(new Greeting(RUN, 2, 1).encode()),
            IllegalArgumentException.class,
            Greeting::decode),
        new FuzzTarget(
            "oracle_answer",
            List.of(bytes("{\"stop\":true,\"best\":false}")),
            IllegalArgumentException.class,
            input -> {
              ValidationAnswer.failureMessage(input);
              ValidationAnswer.decode(input);
            }),
        new FuzzTarget(
            "oracle_token",
            List.of(golden("oracle-identity/oracle.token")),
            IllegalArgumentException.class,
            ClusterCredentials::decode),
        new FuzzTarget(
            "key_manifest",
            List.of(
                bytes(
                    "hetal-keys 1\nparameters n16_l12 "
                        + HASH
                        + "\nkey-id 00112233445566778899aabbccddeeff\nkey galois 5 15 17 "
                        + HASH
                        + " galois_5.key\n")),
            HeFormatException.class,
            input -> KeyBundleManifest.parse("fuzz", sealedText(input)).keys(1 << 16)),
        new FuzzTarget(
            "openfhe_key_manifest",
            List.of(
                bytes(
                    "hetal-openfhe-keys 2\nparameters openfhe_n16_l5 "
                        + HASH
                        + "\nkey-tag 00112233445566778899aabbccddeeff\nplan relinearization 5\n"
                        + "plan conjugation 4\nplan rotation 3 2\nplan bootstrap\n"
                        + "file relinearization relinearization_0.key 17 "
                        + HASH
                        + "\nfile rotations rotations_1.key 19 "
                        + HASH
                        + "\n")),
            HeFormatException.class,
            input -> OpenFheManifest.read(sealedText(input))),
        new FuzzTarget(
            "openfhe_envelope",
            List.of(Envelope.wrap(Envelope.Kind.CIPHERTEXT, HASH, new byte[] {1, 2, 3})),
            HeFormatException.class,
            input -> Envelope.unwrap(Envelope.Kind.CIPHERTEXT, HASH, sealedTail(input))),
        new FuzzTarget(
            "run_metrics",
            List.of(resource("metrics.jsonl")),
            DatasetException.class,
            input ->
                RunMetrics.read(new MemoryFolder(Map.of(RunMetrics.FILE, input)))
                    .steps()
                    .forEach(RunMetrics.Step::stages)),
        new FuzzTarget(
            "run_summary",
            List.of(resource("report.json")),
            DatasetException.class,
            input -> RunSummary.read(new MemoryFolder(Map.of("report.json", input)))),
        new FuzzTarget(
            "run_owners",
            List.of(
                bytes(
                    "{\"owners\":[{\"dataset\":\"00112233445566778899aabbccddeeff\",\"folder\":\"a\","
                        + "\"minibatches\":2,\"rows\":70,\"validation_rows\":9}]}")),
            DatasetException.class,
            input -> RunOwners.read(new MemoryFolder(Map.of("owners.json", input)))),
        new FuzzTarget(
            "contribution",
            List.of(Json.bytes(contribution())),
            DatasetException.class,
            input -> Contribution.read(sealed("hetal-contribution", input)).digest()),
        new FuzzTarget(
            "common_preparation",
            List.of(Json.bytes(commonPreparation())),
            DatasetException.class,
            input -> CommonPreparation.read(sealed("hetal-common-preparation", input)).digest()),
        new FuzzTarget(
            "decrypted_model",
            List.of(golden("decrypted-model-2/model.json")),
            DatasetException.class,
            input -> {
              DecryptedModel read =
                  DecryptedModel.read(new MemoryFolder(Map.of("model.json", input)));
              if (read.coefficients()[read.intercepts().length - 1].length
                  != read.preparation().columns()) {
                throw new AssertionError("accepted " + read);
              }
            }),
        new FuzzTarget(
            "oracle_welcome",
            List.of(new Greeting.Welcome(true).encode()),
            IllegalArgumentException.class,
            Greeting.Welcome::decode),
        table("npy", ".npy", "base/y.npy", "08/v2.npy", "03/fortran.npy"),
        table("npz", ".npz", "09/data.npz"),
        table("csv", ".csv", "base/base.csv", "15/quoted.csv"),
        table("csv_gz", ".csv.gz", "19/concat.csv.gz"),
        table("libsvm", ".libsvm", "27/x.libsvm"),
        table(
            "parquet",
            ".parquet",
            "../parquet/arrays_none.parquet",
            "../parquet/arrays_gzip.parquet",
            "../parquet/arrays_lz4.parquet",
            "../parquet/arrays_snappy.parquet",
            "../parquet/arrays_zstd.parquet"));
  }

  private static Contribution contribution() {
    return new Contribution(
        "insecure_n10_l12",
        HASH,
        "00112233445566778899aabbccddeeff",
        2,
        List.of("width", "height"),
        2,
        List.of("bad", "good"),
        Preprocessing.none(),
        List.of(new byte[] {1, 2, 3}));
  }

  private static CommonPreparation commonPreparation() {
    return new CommonPreparation(
        HASH,
        "00112233445566778899aabbccddeeff",
        List.of("bad", "good"),
        2,
        new Preparation(
            3,
            List.of("width", "height", "depth"),
            new int[] {0, 2},
            new double[] {1, 2, 3},
            new double[] {0.5, -0.5},
            new double[] {1, 2},
            0.25,
            1,
            1));
  }

  /** A file with this content under its digest. */
  private static Path sealed(String kind, byte[] content) throws IOException {
    Path file = temporary(kind + ".json");
    byte[] bytes = content;
    try {
      ObjectNode root = Json.object();
      JsonNode tree = Json.parse(content);
      root.put("kind", kind);
      root.put("version", 1);
      root.put("sha256", Digests.sha256(Json.bytes(tree)));
      root.set("content", tree);
      bytes = Json.bytes(root);
    } catch (IOException e) {
      // No JSON: the file as it is.
    }
    return Files.write(file, bytes);
  }

  private static FuzzTarget table(String name, String ending, String... seeds) {
    String part = ending.equals(".npz") ? "#X" : "";
    Path file = temporary(name + ending);
    Settings.Data data =
        DataFiles.data(
            "train.features",
            file + part,
            "classes",
            "3",
            "header",
            name.equals("csv") ? "auto" : "false",
            "feature-columns",
            name.equals("parquet") ? "features" : "");
    return new FuzzTarget(
        name,
        Arrays.stream(seeds)
            .map(seed -> read(DataFiles.resource("field-cases/" + seed)))
            .map(seed -> ending.equals(".csv") ? firstLines(seed) : seed)
            .toList(),
        DataException.class,
        input -> {
          Files.write(file, input);
          TableReader.unlabelled(Path.of(file + part), data);
        });
  }

  /** At most ten. */
  private static byte[] firstLines(byte[] text) {
    int end = 0;
    for (int line = 0; line < 10 && end < text.length; line++) {
      while (end < text.length && text[end] != '\n') {
        end++;
      }
      end = Math.min(text.length, end + 1);
    }
    return Arrays.copyOf(text, end);
  }

  /** Names may contain two dots, as in {@code a..ct}; no path leads outside its folder. */
  private static void require(StoredFile file) {
    Path folder = Path.of("/folder");
    boolean inside = folder.resolve(file.path()).normalize().startsWith(folder);
    if (file.level() < 0 || file.bytes() < 1 || !inside) {
      throw new AssertionError("accepted " + file);
    }
  }

  /** A committed folder with another content under the digest of its manifest. */
  private static MemoryFolder folder(String name, byte[] content) throws IOException {
    ObjectNode root = (ObjectNode) Json.parse(golden(name + "/" + MANIFEST));
    byte[] manifest = content;
    try {
      JsonNode tree = Json.parse(content);
      root.put("sha256", Digests.sha256(Json.bytes(tree)));
      root.set("content", tree);
      manifest = Json.bytes(root);
    } catch (IOException e) {
      // No JSON: the file as it is.
    }
    Path plan = GoldenFolder.of(name).resolve(PlanFile.NAME);
    return new MemoryFolder(
        Files.exists(plan)
            ? Map.of(MANIFEST, manifest, PlanFile.NAME, Files.readAllBytes(plan))
            : Map.of(MANIFEST, manifest));
  }

  private static byte[] content(String folder) {
    try {
      return Json.bytes(Json.parse(golden(folder + "/" + MANIFEST)).get("content"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With the right digest of each ciphertext, as far as the header says where they are. */
  private static byte[] sealedRequest(byte[] input) {
    try {
      ByteBuffer in = ByteBuffer.wrap(input);
      byte[] json = new byte[Math.max(0, Math.min(in.getInt(8), input.length - 12))];
      in.position(12).get(json);
      ObjectNode header = (ObjectNode) Json.parse(json);
      ArrayNode digests = header.putArray("sha256");
      for (JsonNode size : header.path("bytes")) {
        byte[] ciphertext = new byte[Math.max(0, Math.min(size.asInt(), in.remaining()))];
        in.get(ciphertext);
        digests.add(Digests.sha256(ciphertext));
      }
      byte[] sealed = Json.bytes(header);
      int rest = input.length - 12 - json.length;
      return ByteBuffer.allocate(12 + sealed.length + rest)
          .put(input, 0, 8)
          .putInt(sealed.length)
          .put(sealed)
          .put(input, 12 + json.length, rest)
          .array();
    } catch (IOException | RuntimeException e) {
      return input; // not even a header
    }
  }

  private static byte[] sealedText(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    return bytes(text + "digest " + Digests.sha256(bytes(text)) + "\n");
  }

  private static byte[] sealedTail(byte[] input) {
    if (input.length < Envelope.TRAILER_BYTES) {
      return input;
    }
    int end = input.length - Envelope.TRAILER_BYTES;
    byte[] out = input.clone();
    byte[] digest = java.util.HexFormat.of().parseHex(Digests.sha256(Arrays.copyOf(input, end)));
    System.arraycopy(digest, 0, out, end, digest.length);
    return out;
  }

  private static byte[] golden(String path) {
    return read(GoldenFolder.of(path));
  }

  private static byte[] resource(String name) {
    return read(Path.of("src/test/resources/org/hetal/owner/fuzz", name));
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
