package org.hetal.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** Collects the messages that the loggers of this package write at INFO and above. */
public final class LogLines implements AutoCloseable {
  private static final String LOGGER = "org.hetal.spark";

  private final LoggerContext context = LoggerContext.getContext(false);
  private final Lines lines = new Lines();

  private static final class Lines extends AbstractAppender {
    private final List<String> all = new ArrayList<>();

    Lines() {
      super("lines of a test", null, null, true, Property.EMPTY_ARRAY);
    }

    @Override
    public synchronized void append(LogEvent event) {
      all.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
    }

    synchronized List<String> all() {
      return List.copyOf(all);
    }
  }

  /** Starts to collect; the lines go nowhere else. */
  public LogLines() {
    lines.start();
    LoggerConfig logger = new LoggerConfig(LOGGER, Level.INFO, false);
    logger.addAppender(lines, Level.INFO, null);
    context.getConfiguration().addLogger(LOGGER, logger);
    context.updateLoggers();
  }

  /** "LEVEL message" of each event so far. */
  public List<String> all() {
    return lines.all();
  }

  /** The lines that contain the text. */
  public List<String> with(String text) {
    return all().stream().filter(line -> line.contains(text)).toList();
  }

  @Override
  public void close() {
    context.getConfiguration().removeLogger(LOGGER);
    context.updateLoggers();
    lines.stop();
  }
}
