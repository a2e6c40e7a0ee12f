package org.hetal.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hetal.command.ProgressBar;
import org.hetal.config.Settings;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.Parameters;
import org.hetal.owner.PlainModel;
import org.hetal.owner.oracle.OracleLog;
import org.hetal.report.RunOwners;

/**
 * A training on the data of several owners, all parties on one machine: each command runs in a
 * process of its own in the folder of its party, with settings that name files of that folder and
 * what other parties put there.
 */
final class JointDemo {
  /** The sums of an owner and of those before it, encrypted. */
  private static final String SUMS = "sums.json";

  private static final String SUMS_BEFORE = "sums-before.json";

  private final ProgressBar bar;
  private final PrintStream out;
  private final Settings settings;
  private final Parameters parameters;
  private final JointSite site;
  private final CreditBanks banks;
  private final PartySettings given;
  private final Party keyHolder;
  private final List<Party> owners;
  private final Party cluster;

  /**
   * @param settings that all parties have in common
   * @param banks one per owner
   * @param given settings of every party
   * @param folder of the demo, removed and made anew
   */
  JointDemo(
      PrintStream out,
      Settings settings,
      Parameters parameters,
      CreditBanks banks,
      PartySettings given,
      Programs programs,
      Path folder) {
    this.out = out;
    this.bar = ProgressBar.start(out, "");
    this.settings = settings;
    this.parameters = parameters;
    this.banks = banks;
    this.site = new JointSite(folder, banks.banks(), Parties.freePort());
    this.given = given;
    List<String> arguments = given.arguments();
    this.keyHolder =
        new Party("keys", site.keyHolder(), programs.owner(), arguments, site.log(), bar);
    this.cluster =
        new Party("cluster", site.cluster(), programs.cluster(), arguments, site.log(), bar);
    this.owners =
        IntStream.rangeClosed(1, banks.banks())
            .mapToObj(
                owner ->
                    new Party(
                        "owner " + owner,
                        site.owner(owner),
                        programs.owner(),
                        arguments,
                        site.log(),
                        bar))
            .toList();
  }

  /**
   * Runs all steps.
   *
   * @param common HOCON of {@code settings}
   * @return what {@code --json} writes
   * @throws DemoException when a step fails, or a folder has something that decrypts
   */
  ObjectNode run(String common) {
    long start = System.nanoTime();
    if (Files.exists(site.keyHolder().getParent())) {
      Parties.delete(site.keyHolder().getParent());
    }
    site.make(common, banks);
    Map<String, Double> seconds = prepare();
    title("6  Cluster: trains on the rows of all owners. It has ciphertexts and evaluation keys.");
    title("   The key holder's oracle decrypts two numbers per epoch: the loss, and how large the");
    title("   logits are. It answers with two bits.");
    seconds.put("train", train());
    List<OracleLog.Entry> answers = OracleLog.read(site.oracleLog());
    answers.forEach(entry -> bar.line(Demo.line(entry)));
    title("7  Key holder: decrypts the model and gives it to the owners.");
    seconds.put("decrypt_model", keyHolder.run("decrypt-model"));
    IntStream.rangeClosed(1, owners.size())
        .forEach(
            owner ->
                JointSite.copy(
                    site.keyHolder().resolve(JointSite.MODEL),
                    site.owner(owner).resolve(JointSite.MODEL)));
    title("8  Owners: test the model on rows that they showed to nobody.");
    double evaluation = 0;
    for (Party owner : owners) {
      evaluation += owner.run("evaluate", "--json", JointSite.EVALUATION);
    }
    seconds.put("evaluate", evaluation);
    double all = (System.nanoTime() - start) * 1e-9;
    requireNoSecrets();
    title("9  The demo itself, which made the rows of all owners: the same training in the clear.");
    PlainModel model = PlainModel.load(site.keyHolder().resolve(JointSite.MODEL));
    JointFigures figures = JointFigures.of(site, given, order(), model);
    JointResult result =
        new JointResult(settings, parameters, site, seconds, all, figures, answers);
    result.print(out);
    return result.json();
  }

  /** Keys, sums, plan, evaluation keys and encrypted rows. */
  private Map<String, Double> prepare() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    title("1  Key holder: secret key and public key. It has no data.");
    seconds.put("public_key", keyHolder.run("keygen", "--public-key"));
    site.publish();
    title("2  Owners, one after the other: add the sums of their columns to an encrypted file.");
    title("   Nobody sees the sums of another; the key holder will see the total alone.");
    seconds.put("sums", contribute());
    title("3  Key holder: decrypts the total and publishes common means, deviations and the plan.");
    title("   What the plan says is in " + site.log());
    JointSite.copy(site.owner(owners.size()).resolve(SUMS), site.keyHolder().resolve(SUMS));
    seconds.put("plan", keyHolder.runIntoLog("plan", "--contributions", SUMS));
    site.publish();
    title("4  Key holder: evaluation keys for the cluster. They cannot decrypt.");
    seconds.put("evaluation_keys", keyHolder.run("keygen"));
    title("5  Owners: encrypt their rows and labels with the public key, and upload them.");
    double encryption = 0;
    for (Party owner : owners) {
      encryption += owner.run("encrypt");
    }
    seconds.put("encrypt", encryption);
    return seconds;
  }

  private double contribute() {
    double seconds = 0;
    for (int owner = 1; owner <= owners.size(); owner++) {
      List<String> more = new ArrayList<>(List.of("--contribute", SUMS));
      if (owner > 1) {
        JointSite.copy(site.owner(owner - 1).resolve(SUMS), site.owner(owner).resolve(SUMS_BEFORE));
        more.addAll(List.of("--add-to", SUMS_BEFORE));
      }
      seconds += owners.get(owner - 1).run("plan", more.toArray(String[]::new));
    }
    return seconds;
  }

  private double train() {
    return new DemoTraining(
            out,
            bar,
            site.log(),
            List.of(
                site.cluster().resolve(JointSite.CERTIFICATE),
                site.cluster().resolve(JointSite.TOKEN)),
            new LocalStorage(site.run()),
            settings.training().epochs() * banks.minibatches(settings.training()))
        .run(
            () -> keyHolder.startSilently("oracle", "oracle"),
            progress -> cluster.start("train", progress));
  }

  /** The owners in the order in which the cluster took their minibatches. */
  private List<Integer> order() {
    return RunOwners.read(new LocalStorage(site.run())).owners().stream()
        .map(owner -> Path.of(owner.folder()).getFileName().toString())
        .map(name -> Integer.parseInt(name.substring(name.lastIndexOf('-') + 1)))
        .toList();
  }

  /** Not even one file of the key holder's may have come to another party. */
  private void requireNoSecrets() {
    if (settings.backend() == Settings.Backend.SIMULATOR) {
      title("   Not checked: whether a folder has a secret key; the simulator encrypts nothing.");
      return;
    }
    SecretSearch search = new SecretSearch(site.keyHolder().resolve(JointSite.SECRET_KEY));
    if (search.findings(site.keyHolder()).isEmpty()) {
      throw new DemoException(
          site.keyHolder() + ": expected the secret key to be found here, actual nothing");
    }
    List<String> findings =
        site.withoutSecrets().stream().flatMap(folder -> search.findings(folder).stream()).toList();
    if (!findings.isEmpty()) {
      throw new DemoException(
          "expected nothing that decrypts outside of the key holder's folder, actual "
              + String.join("; ", findings));
    }
    title(
        "   Checked: no file in "
            + site.withoutSecrets().stream()
                .map(folder -> folder.getFileName().toString())
                .collect(Collectors.joining(", "))
            + " has a secret key.");
  }

  private void title(String text) {
    out.println(text);
  }
}
