package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders and settings of key holder, three owners and cluster. */
class JointSiteTest {
  private static final Path CONF = Path.of("../../conf");

  @TempDir Path folder;
  private JointSite site;

  @BeforeEach
  void make() {
    site = new JointSite(folder.resolve("site"), 3, 12345);
    List<Path> files =
        List.of(CONF.resolve("demo-owners.conf"), CONF.resolve("demo-owners-fast.conf"));
    site.make(JointSite.common(files), CreditBanks.read(CONF.resolve("data/credit.csv.gz"), 3));
  }

  private static Settings settings(Path party) {
    return SettingsLoader.load(
        List.of(party.resolve(JointSite.COMMON), party.resolve(JointSite.OWN)), Map.of());
  }

  @Test
  void partiesHaveWhatIsCommon() {
    for (Path party : List.of(site.keyHolder(), site.owner(1), site.owner(3), site.cluster())) {
      Settings settings = settings(party);
      assertEquals("insecure_n12_l12", settings.parameterSet());
      assertEquals(800, settings.training().batchRows());
      assertTrue(settings.data().standardize());
    }
  }

  @Test
  void keyHolder_hasNoDataAndTheClusterNoSecret() {
    assertFalse(settings(site.keyHolder()).data().train().isPresent());
    assertFalse(settings(site.cluster()).data().train().isPresent());
    assertEquals("secret.key", settings(site.keyHolder()).paths().secretKey());
    List<String> datasets = settings(site.cluster()).paths().datasets();
    assertEquals(List.of("owner-1", "owner-2", "owner-3"), datasets);
    assertEquals("../cluster/keys", settings(site.keyHolder()).paths().keyBundle());
    assertEquals(12345, settings(site.cluster()).oracle().port());
  }

  @Test
  void owner_readsItsOwnFilesAndUploadsOneDataSet() {
    Settings settings = settings(site.owner(2));
    assertEquals("../cluster/owner-2", settings.paths().dataset());
    assertEquals("published/plan.json", settings.paths().plan());
    assertTrue(Files.exists(site.owner(2).resolve("data/train.csv")));
  }

  @Test
  void whatIsPublished_reachesEveryOwnerAndReplacesWhatWasThere() throws Exception {
    Files.createDirectories(site.published());
    for (String content : List.of("first", "second")) {
      Files.writeString(site.published().resolve("public.key"), content);
      site.publish();
      for (int owner = 1; owner <= 3; owner++) {
        assertEquals(content, Files.readString(site.owner(owner).resolve("published/public.key")));
      }
    }
  }

  @Test
  void foldersThatAreSearched_areAllButTheKeyHolders() {
    assertEquals(
        List.of(site.published(), site.cluster(), site.owner(1), site.owner(2), site.owner(3)),
        site.withoutSecrets());
  }
}
