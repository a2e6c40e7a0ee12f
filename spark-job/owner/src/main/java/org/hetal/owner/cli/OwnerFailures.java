package org.hetal.owner.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.hetal.command.ExitCode;
import org.hetal.command.FailureTable;
import org.hetal.owner.table.DataException;

/** The exit codes of what only the data owner's commands throw. */
public final class OwnerFailures {
  /** Their files are local: what the file system refuses and has no other rule is a result. */
  public static final FailureTable TABLE =
      FailureTable.common()
          .with(ExitCode.INPUT, DataException.class)
          .with(ExitCode.COMMIT, UncheckedIOException.class, IOException.class);

  private OwnerFailures() {}
}
