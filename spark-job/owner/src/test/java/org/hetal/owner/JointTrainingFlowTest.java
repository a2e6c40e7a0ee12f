package org.hetal.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.JointDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.owner.contribution.CommonPreparation;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.evaluation.JointEvaluation;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.table.DataException;
import org.hetal.plan.DataShape;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.CheckpointStore;
import org.hetal.training.LocalGradientService;
import org.hetal.training.Trainer;
import org.hetal.training.TrainingListener;
import org.hetal.training.TrainingResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key holder, three owners and a cluster, on the simulator. */
class JointTrainingFlowTest {
  private static final String[] ENCRYPTED_LOSS = {
    "early-stopping.metric", "encrypted-loss", "data.test-fraction", "0.2"
  };
  private static final int[] ROWS = {150, 60, 20};

  @TempDir Path folder;
  private final Settings settings = Clusters.simulated(ENCRYPTED_LOSS);
  private String keyId;

  @BeforeEach
  void publish() throws Exception {
    try (KeyHolder holder = holder()) {
      keyId = holder.writePublicKey();
    }
    CommonPreparation common = common(List.of("x0", "x1", "x2", "x3"));
    common.write(holderFiles().preparation());
    TrainingPlan plan =
        PlanSettings.joint(
            settings,
            Clients.of(settings).parameters(settings.parameterSet()),
            new DataShape(140, 40, common.preparation().features()),
            common.digest());
    PlanFile.write(holderFiles().plan(), plan);
    for (int owner = 0; owner < ROWS.length; owner++) {
      give(files(owner).plan().getParent());
    }
  }

  private CommonPreparation common(List<String> names) {
    int columns = names.size();
    double[] means = new double[columns];
    double[] deviations = new double[columns];
    Arrays.fill(means, 0.3);
    Arrays.fill(deviations, 0.5);
    return new CommonPreparation(
        "ab".repeat(32),
        keyId,
        List.of(),
        Clusters.CLASSES,
        new Preparation(
            columns, names, new int[] {0, 1, 2, 3}, new double[0], means, deviations, 0.15, 1, 1));
  }

  private OwnerFiles holderFiles() {
    Path own = folder.resolve("key-holder");
    return new OwnerFiles(own.resolve("secret.key"), folder.resolve("published/plan.json"), own);
  }

  private KeyHolder holder() {
    return KeyHolder.open(settings, holderFiles());
  }

  private OwnerFiles files(int owner) {
    return OwnerFiles.in(folder.resolve("owner-" + owner));
  }

  private void give(Path to) throws Exception {
    Files.createDirectories(to);
    for (String name : List.of("public.key", "preparation.json", "plan.json")) {
      Files.copy(folder.resolve("published").resolve(name), to.resolve(name));
    }
  }

  private LabeledData data(int owner) {
    return data(settings, owner, List.of("x0", "x1", "x2", "x3"));
  }

  private static LabeledData data(Settings settings, int owner, List<String> names) {
    int[] labels = new int[ROWS[owner]];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = row % Clusters.CLASSES;
    }
    double[][] features = Clusters.features(owner, ROWS[owner]);
    return LabeledData.of(settings, names, new LabeledData.Rows(features, labels), null, null);
  }

  private WrittenDataset encrypt(int owner) {
    return encrypt(owner, data(owner));
  }

  private WrittenDataset encrypt(int owner, LabeledData data) {
    try (JointOwner joint = JointOwner.open(settings, files(owner))) {
      return joint.encrypt(data, folder.resolve("cluster/part-" + owner).toString());
    }
  }

  private String refused(int owner, LabeledData data) {
    return assertThrows(DataException.class, () -> encrypt(owner, data)).getMessage();
  }

  /** What the cluster does, without Spark. */
  private void train(RunningOracle oracle) {
    JointDataset joint =
        JointDataset.open(
            Stream.of(0, 1, 2)
                .map(owner -> new LocalStorage(folder.resolve("cluster/part-" + owner)))
                .toList());
    TrainingPlan plan = joint.dataset().plan();
    try (Scope scope = new Scope()) {
      Evaluator evaluator =
          scope.own(
              Clients.of(settings)
                  .evaluator(
                      folder.resolve("cluster/keys"),
                      settings.parameterSet(),
                      settings.deviceSpec()));
      LoadedDataset loaded =
          LoadedDataset.of(joint.dataset(), joint.storage(), plan.layout(), evaluator, scope);
      LocalGradientService workers =
          scope.own(
              new LocalGradientService(
                  evaluator,
                  plan,
                  joint.dataset().rowCounts(),
                  loaded.batches(),
                  List.of(),
                  loaded.validation()));
      TrainingResult result =
          new Trainer(
                  evaluator,
                  plan,
                  workers,
                  oracle,
                  CheckpointStore.inMemory(),
                  TrainingListener.NONE,
                  "joint")
              .run();
      EncryptedModel.write(
          new LocalStorage(folder.resolve("cluster/model")),
          joint.dataset().origin(),
          "joint",
          result.epochs(),
          result.bestEpoch(),
          plan.bootstrapsPerIteration(),
          result.best(),
          plan.levels().validationWeights());
    }
  }

  @Test
  void threeOwners_trainAModelThatNoneOfThemCouldDecrypt() {
    for (int owner = 0; owner < 3; owner++) {
      WrittenDataset written = encrypt(owner);
      assertFalse(written.alreadyThere());
      assertTrue(encrypt(owner).alreadyThere());
    }
    List<Double> losses = new ArrayList<>();
    Path published = folder.resolve("published/model");
    try (KeyHolder holder = holder()) {
      assertFalse(
          holder.writeEvaluationKeys(folder.resolve("cluster/keys").toString()).alreadyThere());
      OracleOptions options =
          new OracleOptions().setRunId("joint").setListener(metrics -> losses.add(metrics.loss()));
      try (RunningOracle oracle = holder.startOracle(options)) {
        train(oracle);
      }
      holder.decrypt(
          folder.resolve("cluster/model").toString(),
          published,
          EnumSet.of(ModelFormat.JSON),
          Digits.PUBLISHABLE);
    }
    requireLogOfOnePlan();
    assertEquals(3, losses.size());
    assertTrue(losses.get(2) < losses.get(0) && losses.get(2) < 0.3, losses.toString());
    for (int owner = 0; owner < 3; owner++) {
      try (JointOwner joint = JointOwner.open(settings, files(owner))) {
        JointEvaluation evaluation = joint.evaluate(PlainModel.load(published), data(owner));
        assertTrue(evaluation.accuracyJoint() >= 0.75, evaluation.toString());
        assertTrue(evaluation.lossJoint() > 0 && evaluation.lossJoint() < 0.5);
        assertEquals(ROWS[owner] / 5, evaluation.testRows());
      }
    }
  }

  /** The answers of the log are neither given again nor counted under another plan. */
  private void requireLogOfOnePlan() {
    OracleOptions options = new OracleOptions().setRunId("joint");
    try (KeyHolder holder = holder();
        RunningOracle oracle = holder.startOracle(options)) {
      assertEquals(0, oracle.answersLeft());
    }
    TrainingPlan plan = PlanFile.read(holderFiles().plan());
    PlanFile.write(
        holderFiles().plan(),
        PlanSettings.joint(
            settings,
            Clients.of(settings).parameters(settings.parameterSet()),
            new DataShape(141, 40, 5),
            plan.commonPreparation()));
    try (KeyHolder holder = holder()) {
      SettingsException refused =
          assertThrows(SettingsException.class, () -> holder.startOracle(options));
      assertTrue(refused.getMessage().contains("actual for another one"), refused.getMessage());
    }
    PlanFile.write(holderFiles().plan(), plan);
    try (KeyHolder holder = holder();
        RunningOracle oracle = holder.startOracle(options)) {
      assertEquals(0, oracle.answersLeft());
    }
  }

  @Test
  void noOwnerAndNoClusterFolder_hasTheSecretKey() throws Exception {
    encrypt(0);
    byte[] secret = Files.readAllBytes(holderFiles().secretKey());
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        boolean own = file.equals(holderFiles().secretKey());
        assertEquals(own, Arrays.equals(secret, Files.readAllBytes(file)), file.toString());
      }
    }
  }

  @Test
  void otherColumnsAndOrder_areRefusedByName() {
    String order = refused(0, data(settings, 0, List.of("x0", "x2", "x1", "x3")));
    assertTrue(order.contains("x2") && order.contains("x1"), order);
    String renamed = refused(0, data(settings, 0, List.of("x0", "x1", "x2", "y")));
    assertTrue(renamed.contains("y"), renamed);
    LabeledData narrow =
        LabeledData.of(
            settings,
            List.of("x0", "x1"),
            new LabeledData.Rows(new double[30][2], new int[30]),
            null,
            null);
    String fewer = refused(0, narrow);

    assertTrue(fewer.contains("expected 4 features"), fewer);
    assertFalse(Files.exists(folder.resolve("cluster/part-0/manifest.json")));
  }

  @Test
  void rowBeyondTheBound_isRefusedByNumberAndColumn() {
    double[][] features = Clusters.features(0, 150);
    features[17][2] = 1e3;
    int[] labels = new int[150];
    Settings unshuffled =
        Clusters.simulated(
            "early-stopping.metric",
            "encrypted-loss",
            "data.test-fraction",
            "0.2",
            "data.shuffle-seed",
            "none");
    LabeledData data =
        LabeledData.of(
            unshuffled,
            List.of("x0", "x1", "x2", "x3"),
            new LabeledData.Rows(features, labels),
            null,
            null);
    String message = refused(0, data);
    assertTrue(message.contains("row norm of at most 1.0"), message);
    assertTrue(message.contains("row 18: ") && message.contains("(x2)"), message);
  }

  @Test
  void preparationOfAnotherPlan_isRefused() {
    common(List.of("a", "b", "c", "d")).write(files(1).preparation());
    String message = assertThrows(DatasetException.class, () -> encrypt(1)).getMessage();
    assertTrue(message.contains("expected the preparation of " + files(1).plan()), message);
  }

  @Test
  void publicKeyOfAnotherKeyHolder_isRefusedBeforeEncryption() throws Exception {
    OwnerFiles others = OwnerFiles.in(folder.resolve("others"));
    try (KeyHolder another = KeyHolder.open(settings, others)) {
      another.writePublicKey();
    }
    Files.copy(others.publicKey(), files(1).publicKey(), StandardCopyOption.REPLACE_EXISTING);
    DatasetException refused = assertThrows(DatasetException.class, () -> encrypt(1));
    assertTrue(refused.getMessage().contains("expected key " + keyId), refused.getMessage());
    assertFalse(Files.exists(folder.resolve("cluster/part-1/manifest.json")));
  }

  @Test
  void evaluate_worksByTheRecordOfTheDatasetThatIsNamed() throws Exception {
    encrypt(0);
    try (JointOwner joint = JointOwner.open(settings, files(0))) {
      DatasetException none =
          assertThrows(
              DatasetException.class,
              () ->
                  joint
                      .withDataset(folder.resolve("cluster/part-9").toString())
                      .evaluate(null, data(0)));
      assertTrue(none.getMessage().contains("part-9"), none.getMessage());
    }
  }

  @Test
  void publishedFilesWithoutAPlan_areRefused() throws Exception {
    assertTrue(KeyHolder.hasPlan(files(1)));
    Files.delete(files(1).plan());
    String message =
        assertThrows(DatasetException.class, () -> KeyHolder.hasPlan(files(1))).getMessage();
    assertTrue(message.contains("public.key is there, actual none"), message);
    CommitException refused = assertThrows(CommitException.class, () -> files(1).requireOneOwner());
    assertTrue(refused.getMessage().contains("(public.key); kept"), refused.getMessage());
    Files.delete(files(1).publicKey());
    Files.delete(files(1).preparation());
    assertFalse(KeyHolder.hasPlan(files(1)));
    files(1).requireOneOwner();
  }

  @Test
  void planForSeveralOwners_isNotReplacedByOneForOne() throws Exception {
    Files.delete(files(1).publicKey());
    Files.delete(files(1).preparation());
    CommitException refused = assertThrows(CommitException.class, () -> files(1).requireOneOwner());
    assertTrue(refused.getMessage().contains("(plan.json); kept"), refused.getMessage());
  }

  @Test
  void datasetOfAnEarlierPlan_isNotCalledDone() throws Exception {
    encrypt(0);
    TrainingPlan newer =
        PlanSettings.joint(
            settings,
            Clients.of(settings).parameters(settings.parameterSet()),
            new DataShape(141, 40, 5),
            CommonPreparation.read(files(0).preparation()).digest());
    PlanFile.write(files(0).plan(), newer);
    CommitException refused = assertThrows(CommitException.class, () -> encrypt(0));
    assertTrue(refused.getMessage().contains("actual one of another plan"), refused.getMessage());
  }

  @Test
  void settingsOfAnotherPlan_areRefused() {
    Settings other = Clusters.simulated("data.test-fraction", "0.2");
    try (JointOwner joint = JointOwner.open(other, files(0))) {
      String message =
          assertThrows(
                  DatasetException.class,
                  () -> joint.encrypt(data(0), folder.resolve("cluster/x").toString()))
              .getMessage();
      assertTrue(
          message.contains("early-stopping.metric: planned with encrypted-loss, now logits"),
          message);
    }
  }

  @Test
  void publicKey_isOfOneSecretKey() throws Exception {
    try (KeyHolder holder = holder()) {
      String id = holder.writePublicKey();
      assertEquals(id, holder.writePublicKey());
    }
    Files.delete(holderFiles().secretKey());
    try (KeyHolder another = holder()) {
      String message = assertThrows(CommitException.class, another::writePublicKey).getMessage();
      assertTrue(message.contains("expected no public key or that of"), message);
    }
  }

  @Test
  void publicKeyBeforeAPlan_needsANamedParameterSet() {
    Settings automatic =
        Clusters.settings("native", "auto", "early-stopping.metric", "encrypted-loss");
    OwnerFiles nothing = OwnerFiles.in(folder.resolve("new"));
    try (KeyHolder holder = KeyHolder.open(automatic, nothing)) {
      String message = assertThrows(SettingsException.class, holder::writePublicKey).getMessage();
      assertTrue(message.contains("expected the name of a parameter set"), message);
    }
  }

  @Test
  void planForOneOwner_isRefused() {
    Plan plan = Plan.of(Clusters.simulated(), Clusters.data(Clusters.simulated()));
    PlanFile.write(files(2).plan(), plan.training());
    String plain =
        assertThrows(DatasetException.class, () -> KeyHolder.hasPlan(files(2))).getMessage();
    assertTrue(plain.contains("public.key is there, actual a plan for one owner"), plain);
    try (JointOwner joint = JointOwner.open(Clusters.simulated(), files(2))) {
      String message =
          assertThrows(
                  DatasetException.class,
                  () -> joint.encrypt(data(2), folder.resolve("cluster/x").toString()))
              .getMessage();
      assertTrue(message.contains("expected a plan for several owners"), message);
    }
  }
}
