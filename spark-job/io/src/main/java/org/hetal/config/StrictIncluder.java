package org.hetal.config;

import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigObject;
import java.io.File;

/**
 * Refuses an {@code include} of a file that is missing, which HOCON would ignore: a misspelt name
 * would train with other settings than those written.
 */
final class StrictIncluder implements ConfigIncluder, ConfigIncluderFile {
  private final ConfigIncluder next;

  /**
   * @param next does the work; null: the library's own, which is set by {@link #withFallback}
   */
  StrictIncluder(ConfigIncluder next) {
    this.next = next;
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return new StrictIncluder(next == null ? fallback : next.withFallback(fallback));
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    return next.include(required(context), what);
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    return ((ConfigIncluderFile) next).includeFile(required(context), what);
  }

  private static ConfigIncludeContext required(ConfigIncludeContext context) {
    return context.setParseOptions(context.parseOptions().setAllowMissing(false));
  }
}
