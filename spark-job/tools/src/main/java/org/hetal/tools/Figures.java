package org.hetal.tools;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.hetal.dataset.LocalStorage;
import org.hetal.format.Json;
import org.hetal.he.engine.EngineLibrary;

/** The file that {@code --json} names. */
final class Figures {
  private Figures() {}

  /**
   * What figures of any benchmark begin with.
   *
   * @param command that prints them
   * @return command, commit, processor, number of processors and parameter set
   */
  static ObjectNode of(String command, String parameterSet) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.put("command", command);
    out.put("commit", EngineLibrary.commit());
    out.put("processor", Processor.name());
    out.put("processors", Runtime.getRuntime().availableProcessors());
    out.put("parameter_set", parameterSet);
    return out;
  }

  /**
   * Writes or replaces the file, mode 0600: that of a demo tells what only the owner may know.
   *
   * @param figures any value that JSON has
   * @throws org.hetal.he.FileWriteException when it cannot be written
   */
  static void write(Object figures, Path file) {
    Path absolute = file.toAbsolutePath();
    LocalStorage.ownerOnly(absolute.getParent())
        .writeAtomically(
            absolute.getFileName().toString(),
            Json.indented(figures).getBytes(StandardCharsets.UTF_8));
  }
}
