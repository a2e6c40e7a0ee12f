package org.hetal.command;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Commands and options that had other names once: refused with the names that they have now. */
public final class RenamedOptions {
  /** Command and old name to new name. */
  private static final Map<String, String> NEW_NAMES =
      Map.of(
          "plan --clear", "plan --plaintext",
          "encrypt --to", "encrypt --output",
          "decrypt-predictions --to", "decrypt-predictions --output",
          "bench train --made-up", "bench train --synthetic-features",
          "bench he", "bench engine");

  private RenamedOptions() {}

  /** One line about the first old name among the arguments, or empty. */
  public static Optional<String> refusal(List<String> arguments) {
    for (Map.Entry<String, String> entry : NEW_NAMES.entrySet()) {
      List<String> words = List.of(entry.getKey().split(" "));
      List<String> command = words.subList(0, words.size() - 1);
      String old = words.get(words.size() - 1);
      boolean isCommand =
          arguments.size() > command.size() && arguments.subList(0, command.size()).equals(command);
      if (isCommand && holds(arguments.subList(command.size(), arguments.size()), old)) {
        return Optional.of(entry.getKey() + " is now named " + entry.getValue());
      }
    }
    return Optional.empty();
  }

  private static boolean holds(List<String> arguments, String old) {
    return old.startsWith("-")
        ? arguments.stream()
            .takeWhile(argument -> !argument.equals("--"))
            .anyMatch(argument -> argument.equals(old) || argument.startsWith(old + "="))
        : arguments.get(0).equals(old);
  }
}
