package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.Test;

/** A user id that /etc/passwd does not know, as containers give. */
class HadoopUserTest {
  private static final List<String> NAMELESS =
      List.of("unshare", "--user", "--map-user=12345", "--map-group=12345");

  public static final class Login {
    public static void main(String[] arguments) throws IOException {
      if (arguments.length > 0) {
        HadoopUser.require();
      }
      System.out.println("user " + UserGroupInformation.getCurrentUser().getShortUserName());
    }
  }

  private static String login(List<String> before, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Login.class.getName());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs");
    return process.exitValue() + " " + out;
  }

  @Test
  void userWithoutAName_getsOneOfItsNumber() throws Exception {
    List<String> allowed = new ArrayList<>(NAMELESS);
    allowed.add("true");
    Process probe = new ProcessBuilder(allowed).redirectErrorStream(true).start();
    String why = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeTrue(probe.waitFor() == 0, "SKIPPED: needs user namespaces: " + why);
    assertTrue(login(NAMELESS).startsWith("1 "), "Hadoop alone knows no such user");
    String named = login(NAMELESS, "require");
    assertTrue(named.startsWith("0 ") && named.contains("user uid-12345"), named);
  }

  @Test
  void userWithAName_keepsIt() throws Exception {
    assertEquals(user(login(List.of())), user(login(List.of(), "require")));
  }

  private static String user(String output) {
    return output.lines().filter(line -> line.contains("user ")).findFirst().orElseThrow();
  }
}
