package org.hetal.command;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Shown;
import org.hetal.he.DeviceException;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.he.DeviceUnavailableException;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeMissingKeyException;
import org.hetal.he.HeSecurityException;
import org.hetal.he.IoReason;
import org.hetal.he.NativeFaultException;
import org.hetal.he.NativeLibraryException;
import org.hetal.he.ResourceUnavailableException;
import org.hetal.training.TrainingDivergedException;

/**
 * Which exit code and which line stand for what was thrown. The outermost exception of the chain of
 * causes that a rule knows decides; without one it is an internal error. Immutable.
 */
public final class FailureTable {
  private record Rule(Predicate<Throwable> applies, ExitCode code) {}

  private final List<Rule> rules;

  private FailureTable(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /**
   * What both programs may meet. A file system's refusal without a type of its own is not in it.
   */
  public static FailureTable common() {
    return new FailureTable(List.of())
        .with(ExitCode.INTERNAL, NativeFaultException.class)
        .with(
            ExitCode.INPUT,
            DatasetException.class,
            HeFormatException.class,
            FileReadException.class)
        .with(ExitCode.COMMIT, CommitException.class, FileWriteException.class)
        .with(
            ExitCode.RETRY,
            DeviceOutOfMemoryException.class,
            DeviceException.class,
            ResourceUnavailableException.class)
        .with(
            ExitCode.CONFIGURATION,
            SettingsException.class,
            TrainingDivergedException.class,
            HeSecurityException.class,
            HeMissingKeyException.class,
            DeviceUnavailableException.class,
            NativeLibraryException.class,
            TrainingDivergedException.class)
        .with(ExitCode.INPUT, FailureTable::isMissingFile)
        .with(ExitCode.RETRY, JavaErrors::isThreadRefused)
        .with(ExitCode.CONFIGURATION, JavaErrors::isMemoryTooSmall)
        .with(ExitCode.CONFIGURATION, JavaErrors::isIncompleteInstallation);
  }

  /** This table and, after its own, a rule for some types. */
  @SafeVarargs
  public final FailureTable with(ExitCode code, Class<? extends Throwable>... types) {
    FailureTable out = this;
    for (Class<? extends Throwable> type : types) {
      out = out.with(code, (Predicate<Throwable>) type::isInstance);
    }
    return out;
  }

  /** This table and, after its own, a rule. */
  public FailureTable with(ExitCode code, Predicate<Throwable> applies) {
    List<Rule> all = new ArrayList<>(rules);
    all.add(new Rule(applies, code));
    return new FailureTable(all);
  }

  public ExitCode code(Throwable failure) {
    return codeOf(decisive(failure));
  }

  /** One line for stderr: what the exception that decided says. */
  public String line(Throwable failure) {
    Throwable decisive = decisive(failure);
    String text = Shown.printable(text(decisive).lines().findFirst().orElse("").strip());
    if (codeOf(decisive) != ExitCode.INTERNAL && !text.isEmpty()) {
      return text;
    }
    String type = decisive.getClass().getName();
    return "internal error: " + type + (text.isEmpty() ? "" : ": " + text);
  }

  private ExitCode codeOf(Throwable decisive) {
    for (Rule rule : rules) {
      if (rule.applies().test(decisive)) {
        return rule.code();
      }
    }
    return ExitCode.INTERNAL;
  }

  private Throwable decisive(Throwable failure) {
    int depth = 0; // a chain may be a circle
    for (Throwable at = failure; at != null && depth < 100; at = at.getCause(), depth++) {
      Throwable candidate = at;
      if (rules.stream().anyMatch(rule -> rule.applies().test(candidate))) {
        return at;
      }
    }
    return failure;
  }

  private static String text(Throwable failure) {
    if (failure instanceof FileReadException || failure instanceof FileWriteException) {
      return failure.getMessage();
    }
    if (failure instanceof UncheckedIOException unchecked) {
      IOException cause = unchecked.getCause();
      // The streams of java.nio.file give the cause and no message of their own.
      boolean isBare = String.valueOf(cause).equals(unchecked.getMessage());
      return isBare ? text(cause) : text(unchecked.getMessage(), cause);
    }
    if (failure instanceof IOException io) {
      return text(io.getMessage(), io);
    }
    if (failure instanceof Error error) {
      return JavaErrors.line(error);
    }
    return failure.getMessage() == null ? "" : failure.getMessage();
  }

  /** "writing FILE" and why: the exceptions of java.nio.file do not say it. */
  private static String text(String message, IOException cause) {
    String reason = IoReason.of(cause);
    if (message == null || message.isBlank() || message.contains(reason)) {
      return message == null || message.isBlank() ? reason : message;
    }
    return message + ": " + reason;
  }

  private static boolean isMissingFile(Throwable failure) {
    Throwable io = failure instanceof UncheckedIOException ? failure.getCause() : failure;
    return io instanceof NoSuchFileException || io instanceof FileNotFoundException;
  }
}
