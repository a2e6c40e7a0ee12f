package org.hetal.owner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.PlanSettings;
import org.hetal.dataset.Storages;
import org.hetal.dataset.StoredModel;
import org.hetal.he.FileWriteException;
import org.hetal.he.owner.Client;
import org.hetal.owner.contribution.CommonPreparation;
import org.hetal.owner.contribution.Contribution;
import org.hetal.owner.contribution.OpenedTotal;
import org.hetal.owner.encryption.DecryptedModel;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.record.OwnerLock;
import org.hetal.owner.table.DataException;
import org.hetal.plan.TrainingPlan;

/**
 * The party that holds the secret key of a training on the data of several owners. It has no data:
 * it publishes a public key, a plan and a preparation for the owners, gives the cluster evaluation
 * keys, answers its question after each epoch, and decrypts the model. It and the cluster must not
 * collude: together they could decrypt all data. See {@link JointOwner} for the owners.
 *
 * <p>Every method can be repeated after the process was killed. Not thread-safe, except that a
 * {@link RunningOracle} answers on threads of its own. Errors as of {@link DataOwner}.
 */
public final class KeyHolder implements AutoCloseable {
  private final OwnerContext context;
  private final List<String> shared = new ArrayList<>();

  private KeyHolder(Settings settings, OwnerFiles files) {
    context = new OwnerContext(settings, files, Clients.of(settings), null);
  }

  /**
   * The holder of a secret key that is read when a method first needs it.
   *
   * @param settings backend, client, parameter set and schedule
   * @param files where the secret key is, and what is published
   * @return close it
   */
  public static KeyHolder open(Settings settings, OwnerFiles files) {
    return new KeyHolder(settings, files);
  }

  /**
   * Whether the folder of the plan is what a key holder published for several owners.
   *
   * @param files where the plan would be
   * @return whether the plan is one for several owners; false without any of the files
   * @throws DatasetException when the plan is damaged, or public key or preparation are there and
   *     no plan for several owners is
   */
  public static boolean hasPlan(OwnerFiles files) {
    boolean joint = files.hasPlan() && PlanFile.read(files.plan()).isJoint();
    if (!joint && files.isPublished()) {
      throw new DatasetException(
          files.plan()
              + ": expected the key holder's plan for several owners, as "
              + files.published()
              + " is there, actual "
              + (files.hasPlan() ? "a plan for one owner" : "none")
              + "; the key holder makes it with hetal plan --contributions");
    }
    return joint;
  }

  /**
   * Has progress and notices told to a listener.
   *
   * @param listener told from now on
   * @return this
   */
  public KeyHolder withListener(OwnerListener listener) {
    context.listen(listener);
    return this;
  }

  /**
   * Names folders that others get: the oracle refuses to keep its private key in one.
   *
   * @param folders paths or URIs
   * @return this
   */
  public KeyHolder withSharedFolders(List<String> folders) {
    shared.addAll(folders);
    return this;
  }

  /**
   * Makes a key pair unless there is one, and writes its public key beside the plan.
   *
   * @return the id of the key pair, 32 hexadecimal digits
   * @throws SettingsException with {@code parameters = auto} before there is a plan, or with a
   *     client that has no public keys
   * @throws CommitException when the public key of another secret key is there
   */
  public String writePublicKey() {
    context.backend().requirePublicKeys();
    requireNamedParameterSet(context);
    try (OwnerLock lock = context.lock()) {
      if (!context.keyFile().isPresent()) {
        context.generate();
      }
      Client client = context.client();
      Path file = context.files().publicKey();
      if (Files.exists(file)) {
        requireOwn(file, client);
      } else {
        makeFolder(file.toAbsolutePath().getParent());
        client.savePublicKey(file);
      }
      return client.keyId();
    }
  }

  static void requireNamedParameterSet(OwnerContext context) {
    if (context.settings().isParameterSetAutomatic() && !context.files().hasPlan()) {
      throw new SettingsException(
          "parameters: expected the name of a parameter set for a key that is made before the plan,"
              + " such as n16_l14, actual auto");
    }
  }

  /**
   * Opens the total of the owners' contributions, fits their common preparation to it, and plans
   * the training. A secret key opens one total; which one is noted beside it. Writes nothing else:
   * see {@link #publish}.
   *
   * @param contributions file that the last owner gave
   * @return preparation and plan; a preparation that is beside the plan already and has the same
   *     numbers is taken with its salt
   * @throws DataException when no preparation fits
   * @throws DatasetException when the file is damaged, or of another key, parameter set or
   *     preparation than the settings'
   * @throws SettingsException when there is no such training, or another total was opened under
   *     this key
   */
  public JointPlan plan(Path contributions) {
    requireNamedParameterSet(context);
    Client client = context.client();
    Settings settings = context.settings();
    Contribution total = Contribution.read(contributions);
    String where = contributions.toString();
    OpenedTotal one = OpenedTotal.beside(context.files().secretKey(), client.keyId());
    Contribution.Opened opened =
        total.open(
            where,
            settings.data(),
            client,
            settings.insecureSeed(),
            () -> one.require(where, total.digest()));
    CommonPreparation common = opened.common();
    if (Files.exists(context.files().preparation())) {
      common = common.withSaltOf(context.files().preparation());
    }
    return new JointPlan(
        PlanSettings.joint(settings, client.parameters(), opened.shape(), common.digest()),
        common,
        opened.contributions());
  }

  /**
   * Writes preparation and plan where the owners get them, or replaces them; listeners are told.
   *
   * @param made by {@link #plan}
   * @throws FileWriteException when a file cannot be written
   */
  public void publish(JointPlan made) {
    OwnerFiles files = context.files();
    try (OwnerLock lock = context.lock()) {
      made.common().write(files.preparation());
      context.listener().notice("preparation for the data owners in " + files.preparation());
      PlanFile.write(files.plan(), made.plan());
    }
  }

  private static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw FileWriteException.of(folder, e);
    }
  }

  private void requireOwn(Path file, Client client) {
    String actual = context.publicEncryptor().keyId();
    if (!actual.equals(client.keyId())) {
      throw new CommitException(
          file
              + ": expected no public key or that of "
              + context.files().secretKey()
              + ", "
              + client.keyId()
              + ", actual that of "
              + actual
              + "; kept. Set paths.plan to a file in another folder");
    }
  }

  /**
   * Writes the evaluation keys of the plan for the cluster.
   *
   * @param folder path or URI
   * @return also when a finished bundle with these keys was found
   * @throws DatasetException when there is no plan for several owners
   * @throws CommitException when the folder has other keys or other files
   */
  public WrittenKeys writeEvaluationKeys(String folder) {
    TrainingPlan plan = context.jointPlan();
    shared.add(folder);
    try (OwnerLock lock = context.lock()) {
      return new KeyBundle(Storages.of("evaluation keys", folder)).made(context, plan.keys());
    }
  }

  /**
   * Starts an oracle, which answers the first run that asks under its run id.
   *
   * @param options endpoint, run and budget
   * @return the oracle; close it before this
   * @throws DatasetException when there is no plan for several owners
   * @throws CommitException when another oracle has the log
   * @throws SettingsException when it cannot listen, or the log is of another run
   */
  public RunningOracle startOracle(OracleOptions options) {
    return RunningOracle.startJoint(context, options, shared);
  }

  /**
   * Decrypts a model and saves it for the owners.
   *
   * @param folder where the cluster left it, path or URI
   * @param target folder for {@link PlainModel#save(Path, Set)}
   * @param formats in which it is saved; {@link ModelFormat#JSON} in any case
   * @param digits of the weights that are saved
   * @return the model in the clear, with all digits
   * @throws DatasetException when it is damaged, or of another key or plan
   * @throws CommitException when the target has the model of another run or other data sets
   */
  public PlainModel decrypt(String folder, Path target, Set<ModelFormat> formats, Digits digits) {
    try (OwnerLock lock = context.lock()) {
      CommonPreparation common = context.commonPreparation();
      StoredModel stored = StoredModel.in(Storages.of("model", folder));
      EncryptedModel manifest = stored.manifest();
      DecryptedModel.Measured measured =
          DecryptedModel.decrypt(
              context.client(),
              manifest,
              stored.storage(),
              common.classNames(),
              common.preparation(),
              context.jointPlan());
      PlainModel model = new PlainModel(measured.model(), measured.precision());
      model.save(target, formats, digits);
      return model;
    }
  }

  /** Overwrites the secret key in memory with zeros. */
  @Override
  public void close() {
    context.close();
  }
}
