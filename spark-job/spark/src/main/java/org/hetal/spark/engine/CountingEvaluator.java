package org.hetal.spark.engine;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.hetal.he.Evaluator;

/**
 * Counts the bootstraps of an evaluator, thread by thread, so that a task can report its own. A
 * pair counts once: it is one bootstrap.
 */
public final class CountingEvaluator implements InvocationHandler {
  private final Evaluator evaluator;
  private static final ThreadLocal<long[]> BOOTSTRAPS = ThreadLocal.withInitial(() -> new long[1]);

  private CountingEvaluator(Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  static Evaluator around(Evaluator evaluator) {
    return (Evaluator)
        Proxy.newProxyInstance(
            Evaluator.class.getClassLoader(),
            new Class<?>[] {Evaluator.class},
            new CountingEvaluator(evaluator));
  }

  /** Bootstraps that this thread has done so far. */
  public static long bootstraps() {
    return BOOTSTRAPS.get()[0];
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    if (method.getName().startsWith("bootstrap")) {
      BOOTSTRAPS.get()[0]++;
    }
    try {
      return method.invoke(evaluator, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
