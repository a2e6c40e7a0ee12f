import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;

/**
 * Runs the %java paragraphs of a Zeppelin note in one JShell, in order: the declarations of a paragraph, then the main method of its
 * class, as Zeppelin's interpreter does. Arguments: a file with the class path, then files NAME.java; what a paragraph prints goes
 * to NAME.java.out.
 */
final class NoteParagraphs {
  private static final Pattern MAIN = Pattern.compile("public class (\\w+) \\{\\s(?s:.*)public static void main\\(");

  private NoteParagraphs() {}

  public static void main(String[] arguments) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    try (JShell shell = JShell.builder().out(out).err(System.err).build()) {
      for (String entry : Files.readString(Path.of(arguments[0])).strip().split(":")) {
        shell.addToClasspath(entry);
      }
      for (String file : List.of(arguments).subList(1, arguments.length)) {
        printed.reset();
        String code = Files.readString(Path.of(file));
        evaluateAll(shell, file, code);
        Matcher main = MAIN.matcher(code);
        if (!main.find()) {
          throw new IllegalStateException(file + ": expected a public class with a main method, actual none");
        }
        evaluateAll(shell, file, main.group(1) + ".main(null);");
        Files.write(Path.of(file + ".out"), printed.toByteArray());
      }
    }
  }

  private static void evaluateAll(JShell shell, String file, String code) {
    String rest = code;
    while (!rest.isBlank()) {
      CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      if (!next.completeness().isComplete()) {
        throw new IllegalStateException(file + ": expected a whole statement, actual " + next.completeness() + ": " + rest);
      }
      for (SnippetEvent event : shell.eval(next.source())) {
        if (event.exception() != null) {
          throw new IllegalStateException(file + ": " + event.exception(), event.exception());
        }
        // Events with a cause are of older snippets, such as an import that is repeated.
        if (event.causeSnippet() == null && event.status() != Snippet.Status.VALID) {
          throw new IllegalStateException(
              file + ": " + event.status() + ": " + shell.diagnostics(event.snippet()).map(each -> each.getMessage(null)).toList());
        }
      }
      rest = next.remaining();
    }
  }
}
