package org.hetal.spark.executor;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/**
 * Kryo's way with a record: its components in order, and its constructor with all its checks on the
 * way back. Kryo 4 itself knows no records. Lists travel as {@link ArrayList}.
 */
final class RecordSerializer<R extends Record> extends Serializer<R> {
  private final RecordComponent[] components;
  private final Constructor<R> constructor;

  RecordSerializer(Class<R> type) {
    super(false, true);
    this.components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = components[i].getType();
      components[i].getAccessor().setAccessible(true);
    }
    try {
      this.constructor = type.getDeclaredConstructor(types);
      this.constructor.setAccessible(true);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("a record has its constructor: " + type, e);
    }
  }

  @Override
  public void write(Kryo kryo, Output output, R record) {
    for (RecordComponent component : components) {
      try {
        Object value = component.getAccessor().invoke(record);
        kryo.writeClassAndObject(
            output, value instanceof List<?> list ? new ArrayList<>(list) : value);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("reading " + component + " of " + record.getClass(), e);
      }
    }
  }

  @Override
  public R read(Kryo kryo, Input input, Class<R> type) {
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = kryo.readClassAndObject(input);
    }
    try {
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("making a " + type + " of what came over the wire", e);
    }
  }
}
