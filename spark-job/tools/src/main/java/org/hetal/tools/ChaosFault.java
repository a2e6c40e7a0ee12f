package org.hetal.tools;

import java.util.Locale;

/** What can happen to a run, at a random moment of its training. */
enum ChaosFault {
  /** An executor ends without notice. */
  EXECUTOR_KILLED(Place.ANYWHERE),
  /** An executor does not answer for some seconds. */
  EXECUTOR_STOPPED(Place.ANYWHERE),
  /** An executor gets a tenth of the processor for some seconds. */
  EXECUTOR_STARVED(Place.ANYWHERE),
  /** A worker ends with its executors, and another is started in its place. */
  WORKER_KILLED(Place.ANYWHERE),
  /** A worker and its executors do not answer for some seconds. */
  WORKER_STOPPED(Place.ANYWHERE),
  /** A worker and its executors get a tenth of the processor for some seconds. */
  WORKER_STARVED(Place.ANYWHERE),
  /** The driver ends without notice. */
  DRIVER_KILLED(Place.ANYWHERE),
  /** The driver does not answer for some seconds. */
  DRIVER_STOPPED(Place.ANYWHERE),
  /** The driver gets a tenth of the processor for some seconds. */
  DRIVER_STARVED(Place.ANYWHERE),
  /** The driver stops for longer than its lease; another goes on, and then the first wakes up. */
  DRIVER_STOPPED_BEYOND_ITS_LEASE(Place.ANYWHERE),
  /** The oracle ends without notice, and is started again some seconds later. */
  ORACLE_KILLED(Place.ANYWHERE),
  /** The oracle does not answer for some seconds. */
  ORACLE_STOPPED(Place.ANYWHERE),
  /** The oracle gets a tenth of the processor for some seconds. */
  ORACLE_STARVED(Place.ANYWHERE),
  /** The only datanode ends without notice, and is started again some seconds later. */
  DATANODE_KILLED(Place.HDFS),
  /** The only datanode does not answer for some seconds. */
  DATANODE_STOPPED(Place.HDFS),
  /** The only datanode gets a tenth of the processor for some seconds. */
  DATANODE_STARVED(Place.HDFS),
  /** The file system of the run is full until the driver has ended. */
  DISK_FULL(Place.LOCAL),
  /** The driver ends, and its newest checkpoint has lost the end of a file. */
  CHECKPOINT_TRUNCATED(Place.LOCAL),
  /** A key file in the executors' cache loses its end, and an executor ends. */
  CACHED_KEY_TRUNCATED(Place.HDFS),
  /** The clock of the driver is set ahead by an hour while it runs; then another one starts. */
  CLOCK_AHEAD(Place.ANYWHERE),
  /** The clock of the driver is set back by an hour while it runs; then another one starts. */
  CLOCK_BEHIND(Place.ANYWHERE);

  /** Where keys, data set and run are for it to happen. */
  private enum Place {
    LOCAL,
    HDFS,
    ANYWHERE
  }

  private final Place place;

  ChaosFault(Place place) {
    this.place = place;
  }

  /** Whether it can happen to a training whose files are on HDFS, or on local disks. */
  boolean canHappen(boolean onHdfs) {
    return place == Place.ANYWHERE || place == (onHdfs ? Place.HDFS : Place.LOCAL);
  }

  /** Its name in the figures. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
