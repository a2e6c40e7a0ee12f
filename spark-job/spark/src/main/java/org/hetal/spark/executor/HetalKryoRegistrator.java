package org.hetal.spark.executor;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.serializer.KryoRegistrator;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.StoredFile;

/**
 * Registers every class that Spark sends as data. Keys and ciphertext objects are not among them:
 * keys are read from the shared file system, ciphertexts travel as bytes. Records are serialized by
 * Java, which deserializes them with their constructor and all its checks; Kryo 4 has no support
 * for records.
 */
public final class HetalKryoRegistrator implements KryoRegistrator {
  @Override
  public void registerClasses(Kryo kryo) {
    kryo.register(byte[].class);
    kryo.register(byte[][].class);
    kryo.register(ArrayList.class);
    kryo.register(SumTree.class, new SumTreeSerializer());
    kryo.register(SumTree[].class);
    kryo.register(EncryptedDataset.Group.class, new JavaSerializer());
    kryo.register(StoredFile.class, new JavaSerializer());
    kryo.register(MicrobatchTask.class, new JavaSerializer());
    kryo.register(RowTask.class, new JavaSerializer());
    kryo.register(PartBytes.class, new JavaSerializer());
    kryo.register(StateBytes.class, new JavaSerializer());
    kryo.register(StateTasks.Step.class, new JavaSerializer());
    kryo.register(Object[].class);
  }

  private static final class SumTreeSerializer extends Serializer<SumTree> {
    @Override
    public void write(Kryo kryo, Output output, SumTree tree) {
      output.writeInt(tree.nodes().size());
      tree.nodes()
          .forEach(
              (key, value) -> {
                output.writeLong(key);
                output.writeInt(value.size());
                for (byte[] bytes : value) {
                  output.writeInt(bytes.length);
                  output.writeBytes(bytes);
                }
              });
    }

    @Override
    public SumTree read(Kryo kryo, Input input, Class<SumTree> type) {
      SumTree tree = new SumTree();
      int nodes = input.readInt();
      for (int i = 0; i < nodes; i++) {
        long key = input.readLong();
        int count = input.readInt();
        List<byte[]> value = new ArrayList<>();
        for (int j = 0; j < count; j++) {
          value.add(input.readBytes(input.readInt()));
        }
        tree.put(key, value);
      }
      return tree;
    }
  }
}
