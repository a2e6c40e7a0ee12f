package org.hetal.he.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.he.DeviceUnavailableException;
import org.hetal.he.library.ExtractedLibraries;
import org.hetal.he.library.NativeLibraryLoader;
import org.hetal.he.library.NativePlatform;

/**
 * Where the library with the CUDA kernels is; only who asks for the device cuda looks for it. In
 * this order, and once one of them is set it is the only place:
 *
 * <ol>
 *   <li>the file that the system property {@code hetal.cuda.library} names;
 *   <li>the folder that {@code HETAL_NATIVE_DIR} names, as for the engine's own library;
 *   <li>the class path, where the jar hetal-he-cuda has it: it is copied into a temporary folder of
 *       this user alone, which goes again when this is closed. Once the engine has opened the
 *       library it needs the file no more.
 * </ol>
 */
final class CudaLibrary implements AutoCloseable {
  static final String PROPERTY = "hetal.cuda.library";
  private static final String FILE = "libhetal_cuda.so";

  private final Path file;
  private final ExtractedLibraries temporary; // null for a file that is not a copy

  private CudaLibrary(Path file, ExtractedLibraries temporary) {
    this.file = file;
    this.temporary = temporary;
  }

  /**
   * @throws DeviceUnavailableException when it is nowhere; one line with where it was looked for
   *     and how to get it
   */
  static CudaLibrary find() {
    return find(CudaLibrary.class.getClassLoader());
  }

  /**
   * @param resources whose class path may hold the library
   */
  static CudaLibrary find(ClassLoader resources) {
    String property = System.getProperty(PROPERTY);
    if (property != null && !property.isBlank()) {
      return given(Path.of(property), "system property " + PROPERTY);
    }
    String folder = NativeLibraryLoader.override();
    if (folder != null) {
      return given(Path.of(folder, FILE), NativeLibraryLoader.OVERRIDE_VARIABLE);
    }
    String resource = NativePlatform.resource(FILE).substring(1);
    if (resources.getResource(resource) == null) {
      throw absent(resource);
    }
    ExtractedLibraries copy =
        ExtractedLibraries.make("hetal-cuda-", NativeLibraryLoader.OVERRIDE_VARIABLE);
    try {
      return new CudaLibrary(
          copy.extract(resources::getResourceAsStream, resource, () -> absent(resource)), copy);
    } catch (RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  private static DeviceUnavailableException absent(String resource) {
    return new DeviceUnavailableException(
        "device cuda: expected hetal-he-cuda-VERSION.jar, which holds "
            + resource
            + ", on the class path, actual none (make it: ./hetal build cuda; then the same"
            + " command again, or spark-submit --jars FILE)");
  }

  /** Absolute. */
  Path file() {
    return file;
  }

  /** Removes the copy, if it is one. */
  @Override
  public void close() {
    if (temporary != null) {
      temporary.close();
    }
  }

  private static CudaLibrary given(Path path, String by) {
    Path absolute = path.toAbsolutePath();
    if (!Files.isRegularFile(absolute)) {
      throw new DeviceUnavailableException(
          "device cuda: expected a library where " + by + " says, actual no file " + absolute);
    }
    return new CudaLibrary(absolute, null);
  }
}
