package org.hetal.he.openfhe.owner;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.hetal.he.openfhe.OpenFhe;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Needs OpenFHE: left out, with the reason in the report, where the build has none, unless
 * HETAL_REQUIRE_OPENFHE=1, as in {@code ./hetal test}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OpenFheTest.Condition.class)
public @interface OpenFheTest {
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if ("1".equals(System.getenv("HETAL_REQUIRE_OPENFHE"))) {
        OpenFhe.require();
      }
      return OpenFhe.isAvailable()
          ? ConditionEvaluationResult.enabled("OpenFHE is there")
          : ConditionEvaluationResult.disabled("this build has no OpenFHE");
    }
  }
}
