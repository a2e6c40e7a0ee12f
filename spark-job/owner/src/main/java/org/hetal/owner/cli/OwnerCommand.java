package org.hetal.owner.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.command.ProgressBar;
import org.hetal.command.SettingsCommand;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.Parameters;
import org.hetal.he.owner.OwnerLibrary;
import org.hetal.owner.DataOwner;
import org.hetal.owner.JointOwner;
import org.hetal.owner.KeyHolder;
import org.hetal.owner.LabeledData;
import org.hetal.owner.OwnerFiles;
import org.hetal.owner.OwnerListener;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.encryption.DecryptedModel;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.table.DataException;

/** What the owner's commands have in common: the data, the owner and what both say. */
abstract class OwnerCommand extends SettingsCommand {
  private Clients backend;

  /** What the build or the processor lacks for the backend is found before any work. */
  @Override
  protected final int execute() {
    backend = Clients.of(settings());
    if (settings().backend() != Settings.Backend.SIMULATOR) {
      OwnerLibrary.protectProcess();
    }
    return run();
  }

  /** Does the work; the exit code. */
  abstract int run();

  /** Reads the plaintext data and says what it found. */
  final PreparedData readData() {
    return described(PreparedData.read(settings().data()));
  }

  /** Says what there is. */
  final PreparedData described(PreparedData data) {
    say("%s", data.splits().describe());
    data.notes().forEach(note -> say("%s", note));
    data.warnings().forEach(this::warn);
    return data;
  }

  /** Those of a parameter set of the backend. */
  final Parameters parameters(String set) {
    return backend.parameters(set);
  }

  /** Writes a result that only the owner may read, where the owner said. */
  static void writeResult(Path to, byte[] bytes) {
    Path file = to.toAbsolutePath();
    LocalStorage folder = LocalStorage.ownerOnly(file.getParent());
    String name = file.getFileName().toString();
    folder.removeLeftovers(name);
    folder.writeAtomically(name, bytes);
  }

  /** The data of the settings, described when they are prepared. */
  final LabeledData data() {
    return LabeledData.read(settings()).onPrepared(this::described);
  }

  /** The owner whom the settings name, planning from the data when a plan is needed. */
  final DataOwner owner() {
    return owned(DataOwner.open(settings(), OwnerFiles.of(settings())));
  }

  /** As {@link #owner()} for an owner that was made otherwise. */
  final DataOwner owned(DataOwner owner) {
    return owner.withListener(notices()).withSharedFolders(sharedFolders());
  }

  /** What the cluster gets. */
  private List<String> sharedFolders() {
    Settings.Paths paths = settings().paths();
    List<String> out = new ArrayList<>(paths.datasets());
    out.addAll(List.of(paths.keyBundle(), paths.run()));
    return out;
  }

  /** Whether the plan is one for several owners. */
  final boolean isJoint() {
    return KeyHolder.hasPlan(OwnerFiles.of(settings()));
  }

  /** The key holder of several owners' training, whom the settings name. */
  final KeyHolder keyHolder() {
    return KeyHolder.open(settings(), OwnerFiles.of(settings()))
        .withListener(notices())
        .withSharedFolders(sharedFolders());
  }

  /**
   * As {@link #keyHolder()}, with the secret key there.
   *
   * @throws DataException at a data owner, who has none
   */
  final KeyHolder keyHolderWithKey() {
    OwnerFiles files = OwnerFiles.of(settings());
    if (!DataOwner.hasSecretKey(files)) {
      throw new DataException(
          files.secretKey()
              + ": expected the secret key of the key holder of "
              + files.plan()
              + ", actual none; this command is the key holder's, not a data owner's");
    }
    return keyHolder();
  }

  /** One of several owners, whom the settings name. */
  final JointOwner jointOwner() {
    return JointOwner.open(settings(), OwnerFiles.of(settings())).withListener(notices());
  }

  /** The local folder of the data set. */
  final String datasetFolder() {
    return LocalPath.of("paths.dataset", settings().paths().dataset()).toString();
  }

  /** The local folder of the evaluation keys. */
  final String keyFolder() {
    return LocalPath.of("paths.key-bundle", settings().paths().keyBundle()).toString();
  }

  private OwnerListener notices() {
    return new OwnerListener() {
      @Override
      public void notice(String line) {
        say("%s", line);
      }
    };
  }

  /** As {@link #notices} with a bar for the groups that are encrypted or the keys that are made. */
  final OwnerListener progress(ProgressBar bar) {
    return new OwnerListener() {
      @Override
      public void keyWritten(int done, int of, long bytes) {
        bar.accept(done, of);
      }

      @Override
      public void groupEncrypted(int done, int of) {
        bar.accept(done, of);
      }

      @Override
      public void notice(String line) {
        say("%s", line);
      }
    };
  }

  /** SHA-256 of the model in the clear, by which several owners see that they have the same. */
  final String modelDigest() {
    return DecryptedModel.digest(LocalStorage.ownerOnly(modelFolder()));
  }

  /** Where decrypt-model leaves the model in the clear. */
  final Path modelFolder() {
    return LocalPath.of("paths.model", settings().paths().model());
  }
}
