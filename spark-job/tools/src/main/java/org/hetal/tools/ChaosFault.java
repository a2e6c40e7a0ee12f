package org.hetal.tools;

import java.util.Locale;

/** What can happen to a run, at a random moment of its training. */
enum ChaosFault {
  /** An executor ends without notice. */
  EXECUTOR_KILLED,
  /** An executor does not answer for some seconds. */
  EXECUTOR_STOPPED,
  /** An executor gets a tenth of the processor for some seconds. */
  EXECUTOR_STARVED,
  /** A worker ends with its executors, and another is started in its place. */
  WORKER_KILLED,
  /** The driver ends without notice. */
  DRIVER_KILLED,
  /** The driver stops for longer than its lease; another goes on, and then the first wakes up. */
  DRIVER_STOPPED_BEYOND_ITS_LEASE,
  /** The oracle ends without notice, and is started again some seconds later. */
  ORACLE_KILLED,
  /** The driver can write no file beyond some bytes, as on a full disk. */
  DISK_FULL,
  /** The driver ends, and its newest checkpoint has lost the end of a file. */
  CHECKPOINT_TRUNCATED,
  /** A key file in the executors' cache loses its end while it is in use. */
  CACHED_KEY_TRUNCATED,
  /** The driver ends, and the clock of the next one is an hour ahead. */
  CLOCK_AHEAD,
  /** The driver ends, and the clock of the next one is an hour behind. */
  CLOCK_BEHIND;

  /** Its name in the figures. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
