package org.hetal.owner.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.hetal.command.ExitCode;
import org.hetal.command.FailureTable;
import org.hetal.owner.data.DataException;
import org.hetal.owner.demo.DemoException;
import org.hetal.owner.record.CommitException;

/** The exit codes of what only the data owner's commands throw. */
final class OwnerFailures {
  /** Their files are local: what the file system refuses and has no other rule is a result. */
  static final FailureTable TABLE =
      demo()
          .with(ExitCode.INPUT, DataException.class)
          .with(
              ExitCode.COMMIT,
              CommitException.class,
              UncheckedIOException.class,
              IOException.class);

  private OwnerFailures() {}

  /** The demo ends as the program that it started. */
  private static FailureTable demo() {
    FailureTable table = FailureTable.common();
    for (ExitCode code : ExitCode.values()) {
      table =
          table.with(
              code,
              failure -> failure instanceof DemoException demo && demo.status() == code.status());
    }
    return table;
  }
}
