/**
 * How a command ends: one table of exit codes and one handler of failures for the data owner's
 * program and the cluster's.
 *
 * <p>A command throws; {@link org.hetal.command.CommandRunner} prints one line on stderr and gives
 * the exit code that {@link org.hetal.command.FailureTable} has for what was thrown, of whatever
 * type and in whatever thread.
 */
package org.hetal.command;
