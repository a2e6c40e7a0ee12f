package org.hetal.owner.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {
  @Test
  void linesOfAMinute_areAtMostAsManyAsSaid() {
    List<String> lines = new ArrayList<>();
    RateLimitedLog log = new RateLimitedLog(OracleServer.AUTHENTICATED_LINES, lines::add);
    for (int i = 0; i < 50; i++) {
      log.accept("line " + i);
    }
    assertEquals(20, lines.size());
    assertEquals("line 19", lines.get(19));
  }
}
