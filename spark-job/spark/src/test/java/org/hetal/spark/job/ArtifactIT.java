package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.hetal.he.NativePlatform;
import org.hetal.he.openfhe.OpenFheEvaluator;
import org.junit.jupiter.api.Test;

/** What the cluster is given holds nothing that can decrypt. */
class ArtifactIT {
  private static final String ENGINE = NativePlatform.resource("libhetal_engine.so").substring(1);

  private static List<String> names(ZipFile jar) {
    return jar.stream().map(ZipEntry::getName).toList();
  }

  private static ZipFile jar() throws Exception {
    return new ZipFile(System.getProperty("hetal.jar"));
  }

  @Test
  void jar_holdsNoClassAndNoLibraryOfTheDataOwner() throws Exception {
    try (ZipFile jar = jar()) {
      List<String> owners =
          names(jar).stream()
              .filter(
                  name ->
                      name.startsWith("org/hetal/owner/")
                          || name.startsWith("org/hetal/he/owner/")
                          || name.startsWith("org/hetal/he/openfhe/")
                          || name.matches("native/[^/]+/openfhe/.*")
                          || name.toLowerCase(Locale.ROOT).contains("libhetal_owner"))
              .toList();
      assertEquals(List.of(), owners);
    }
  }

  /** OpenFHE's library can decrypt: it comes in another jar, for those who compute with it. */
  @Test
  void openFhe_withoutItsJar_isRefusedSayingWhichItIs() throws Exception {
    URL[] jar = {Path.of(System.getProperty("hetal.jar")).toUri().toURL()};
    try (URLClassLoader alone = new URLClassLoader(jar, ClassLoader.getPlatformClassLoader())) {
      Class<?> type = alone.loadClass("org.hetal.spark.engine.OpenFheBackend");
      Method open =
          Arrays.stream(type.getMethods())
              .filter(m -> m.getName().equals("open"))
              .findFirst()
              .orElseThrow();
      Object backend = type.getConstructor().newInstance();
      InvocationTargetException e =
          assertThrows(InvocationTargetException.class, () -> open.invoke(backend, null, null));
      assertEquals("org.hetal.config.SettingsException", e.getCause().getClass().getName());
      String message = e.getCause().getMessage();
      assertTrue(message.contains("expected hetal-he-openfhe-VERSION.jar"), message);
    }
  }

  @Test
  void openFhesJarForTheCluster_holdsNoClassAndNoLibraryOfTheDataOwner() throws Exception {
    URI location =
        OpenFheEvaluator.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    try (ZipFile jar = new ZipFile(Path.of(location).toFile())) {
      List<String> owners =
          names(jar).stream()
              .filter(name -> name.contains("/owner/") || name.contains("openfhe_client"))
              .toList();
      assertEquals(List.of(), owners);
      assertTrue(names(jar).contains("org/hetal/he/openfhe/OpenFheEvaluator.class"));
    }
  }

  @Test
  void jar_holdsTheJobTheEngineAndNoSpark() throws Exception {
    try (ZipFile jar = jar()) {
      List<String> names = names(jar);
      assertTrue(names.contains("org/hetal/spark/Main.class"));
      assertTrue(names.contains("org/hetal/spark/executor/SparkGradientService.class"));
      assertTrue(names.contains(ENGINE));
      List<String> foreign =
          names.stream()
              .filter(
                  name ->
                      name.startsWith("org/apache/")
                          || name.startsWith("scala/")
                          || name.startsWith("com/fasterxml/"))
              .toList();
      assertEquals(List.of(), foreign);
      assertEquals(List.of(), names.stream().filter(name -> name.contains("cuda")).toList());
    }
  }

  /** Symbols and messages alike: text in the file, whatever table it is in. */
  @Test
  void engineLibrary_knowsNoDecryptionAndNoSecretKey() throws Exception {
    try (ZipFile jar = jar();
        InputStream in = jar.getInputStream(jar.getEntry(ENGINE))) {
      String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      assertTrue(text.contains("Java_org_hetal_he_"), "these are not the engine's symbols");
      String lower = text.toLowerCase(Locale.ROOT);
      for (String word :
          List.of("decrypt", "secretkey", "secret_key", "secret key", "hetal5owner", "he_owner")) {
        assertFalse(lower.contains(word), word);
      }
    }
  }
}
