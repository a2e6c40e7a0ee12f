package org.hetal.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.plan.Schedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ciphertext of the engine is tens of megabytes outside the heap: each must be closed. */
class LeakTest {
  private final Set<Object> made = Collections.newSetFromMap(new IdentityHashMap<>());

  /** The simulator, with all that it hands out remembered. */
  private Evaluator watching(Simulator simulator) {
    return (Evaluator)
        Proxy.newProxyInstance(
            Evaluator.class.getClassLoader(),
            new Class<?>[] {Evaluator.class},
            (proxy, method, arguments) -> watched(simulator, method, arguments));
  }

  private Object watched(Simulator simulator, Method method, Object[] arguments) throws Throwable {
    try {
      Object result = method.invoke(simulator, arguments);
      if (result instanceof Ciphertext || result instanceof Plaintext) {
        made.add(result);
      } else if (result instanceof Iterable<?> several) {
        several.forEach(made::add);
      }
      return result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static boolean isOpen(Simulator simulator, Object value) {
    try {
      if (value instanceof Ciphertext ciphertext) {
        simulator.decrypt(ciphertext);
      } else {
        Plaintext plaintext = (Plaintext) value;
        simulator.add(simulator.zero(plaintext.level()), plaintext).close();
      }
      return true;
    } catch (IllegalStateException closed) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void training_closesAllThatItMakes(int groupsPerMicrobatch) {
    Schedule schedule = new Schedule(300, 200, 2, 2, 2, 32, groupsPerMicrobatch);
    Samples train = Samples.around(300, 20, 10, 0.5, 1);
    Samples validation = Samples.around(40, 20, 10, 0.5, 2);
    try (SimulatedTraining training =
        new SimulatedTraining(
            SimulatedParameters.withRingDegree(1 << 11),
            Noise.NONE,
            schedule,
            10,
            train,
            validation)) {
      Evaluator evaluator = watching(training.simulator);
      try (LocalGradientService workers =
          new LocalGradientService(
              evaluator, training.plan, training.microbatches(), training.validationBlocks())) {
        CheckpointStore store = CheckpointStore.inMemory();
        new Trainer(
                evaluator,
                training.plan,
                workers,
                training::decide,
                store,
                TrainingListener.NONE,
                SimulatedTraining.CONFIGURATION)
            .run();
      }
      assertTrue(made.size() > 1000, "watched " + made.size());
      long open = made.stream().filter(x -> isOpen(training.simulator, x)).count();
      assertEquals(0, open, "open of " + made.size());
    }
  }
}
