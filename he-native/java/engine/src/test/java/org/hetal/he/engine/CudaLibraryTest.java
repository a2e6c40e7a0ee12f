package org.hetal.he.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.hetal.he.DeviceSpec;
import org.hetal.he.DeviceUnavailableException;
import org.hetal.he.library.NativePlatform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaLibraryTest {
  private static final byte[] CONTENT = {1, 2, 3};
  @TempDir Path folder;

  @AfterEach
  void clear() {
    System.clearProperty(CudaLibrary.PROPERTY);
    System.clearProperty("hetal.native.dir");
  }

  private ClassLoader classPathWithTheLibrary() throws Exception {
    Path jar = folder.resolve("classes");
    Path place = jar.resolve("native/" + NativePlatform.current());
    Files.createDirectories(place);
    Files.write(place.resolve("libhetal_cuda.so"), CONTENT);
    return new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
  }

  @Test
  void find_withoutTheJar_saysWhatIsMissingAndHowToGetItInOneLine() {
    ClassLoader empty = new URLClassLoader(new URL[0], null);
    var e = assertThrows(DeviceUnavailableException.class, () -> CudaLibrary.find(empty));
    assertEquals(1, e.getMessage().lines().count());
    assertTrue(e.getMessage().contains("expected hetal-he-cuda-VERSION.jar"), e.getMessage());
    assertTrue(e.getMessage().contains("./hetal build cuda"), e.getMessage());
  }

  @Test
  void find_onTheClassPath_isACopyOfThisUserAloneThatGoesWhenClosed() throws Exception {
    Path copy;
    try (CudaLibrary library = CudaLibrary.find(classPathWithTheLibrary())) {
      copy = library.file();
      assertArrayEquals(CONTENT, Files.readAllBytes(copy));
      assertEquals(
          "rwx------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(copy.getParent())));
    }
    assertFalse(Files.exists(copy));
    assertFalse(Files.exists(copy.getParent()));
  }

  @Test
  void find_byTheProperty_winsAndStaysWhereItIs() throws Exception {
    Path file = Files.write(folder.resolve("other.so"), CONTENT);
    System.setProperty(CudaLibrary.PROPERTY, file.toString());
    System.setProperty("hetal.native.dir", folder.resolve("none").toString());
    try (CudaLibrary library = CudaLibrary.find(classPathWithTheLibrary())) {
      assertEquals(file.toAbsolutePath(), library.file());
    }
    assertTrue(Files.exists(file));
  }

  @Test
  void find_byThePropertyWithoutTheFile_looksNowhereElse() {
    System.setProperty(CudaLibrary.PROPERTY, folder.resolve("none.so").toString());
    var e =
        assertThrows(
            DeviceUnavailableException.class, () -> CudaLibrary.find(classPathWithTheLibrary()));
    assertTrue(e.getMessage().contains("none.so"), e.getMessage());
    assertTrue(e.getMessage().contains(CudaLibrary.PROPERTY), e.getMessage());
  }

  @Test
  void find_inTheFolderOfNativeLibraries_looksNowhereElse() throws Exception {
    System.setProperty("hetal.native.dir", folder.toString());
    var e =
        assertThrows(
            DeviceUnavailableException.class, () -> CudaLibrary.find(classPathWithTheLibrary()));
    assertTrue(e.getMessage().contains("HETAL_NATIVE_DIR"), e.getMessage());
    Path file = Files.write(folder.resolve("libhetal_cuda.so"), CONTENT);
    assertEquals(file.toAbsolutePath(), CudaLibrary.find(classPathWithTheLibrary()).file());
  }

  @Test
  void requireLibrary_ofTheProcessor_looksForNoKernelsOfAGpu() {
    System.setProperty(CudaLibrary.PROPERTY, folder.resolve("none.so").toString());
    NativeEngine.requireLibrary(DeviceSpec.cpu(1));
    assertThrows(
        DeviceUnavailableException.class, () -> NativeEngine.requireLibrary(DeviceSpec.cuda(0)));
  }

  @Test
  void choice_onAnotherGpu_keepsTheRest() {
    assertEquals(new DeviceSpec("cuda", 3, 2, 9), new DeviceSpec("cuda", 3, 0, 9).on(2));
    assertEquals(DeviceSpec.cpu(3), DeviceSpec.cpu(3).on(2));
  }
}
