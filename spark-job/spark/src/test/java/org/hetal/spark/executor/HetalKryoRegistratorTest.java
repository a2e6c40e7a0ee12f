package org.hetal.spark.executor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.List;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.StoredFile;
import org.junit.jupiter.api.Test;

class HetalKryoRegistratorTest {
  private final Kryo kryo = new Kryo();

  HetalKryoRegistratorTest() {
    kryo.setRegistrationRequired(true);
    new HetalKryoRegistrator().registerClasses(kryo);
  }

  private <T> T roundTrip(T value, Class<T> type) {
    Output out = new Output(64, -1);
    kryo.writeObject(out, value);
    return kryo.readObject(new Input(out.toBytes()), type);
  }

  @Test
  void microbatchTask_comesBackEqual() {
    StoredFile file = new StoredFile("train/x.ct", 3, 10, "0".repeat(64));
    MicrobatchTask task =
        new MicrobatchTask(
            4,
            new EncryptedDataset.Microbatch(
                "b0000-u0004", List.of(new EncryptedDataset.Group(9, List.of(file, file), null))),
            null);
    assertEquals(task, roundTrip(task, MicrobatchTask.class));
  }

  @Test
  void record_isCheckedByItsConstructorOnTheWayBack() {
    StoredFile file = new StoredFile("train/x.ct", 3, 10, "0".repeat(64));
    EncryptedDataset.Group group = new EncryptedDataset.Group(9, List.of(file), null);
    Output out = new Output(64, -1);
    kryo.writeObject(out, group);
    byte[] bytes = out.toBytes();
    // A path that leaves the folder of the data set.
    String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    int at = text.indexOf("train/");
    bytes[at] = '.';
    bytes[at + 1] = '.';
    bytes[at + 2] = '/';
    KryoException e =
        assertThrows(
            KryoException.class,
            () -> kryo.readObject(new Input(bytes), EncryptedDataset.Group.class));
    assertTrue(e.getCause().getMessage().contains("path: expected names of letters"), e.toString());
  }

  @Test
  void sumTree_comesBackWithItsNodes() {
    SumTree tree = new SumTree();
    tree.put(PartialSum.key(0, 5), List.of(new byte[] {1, 2}, new byte[] {3}));
    SumTree read = roundTrip(tree, SumTree.class);
    assertEquals(tree.nodes().keySet(), read.nodes().keySet());
    List<byte[]> value = read.nodes().values().iterator().next();
    assertArrayEquals(new byte[] {1, 2}, value.get(0));
    assertArrayEquals(new byte[] {3}, value.get(1));
  }

  @Test
  void sumTree_cutShort_throws() {
    Output out = new Output(64, -1);
    SumTree tree = new SumTree();
    tree.put(PartialSum.key(0, 5), List.of(new byte[100]));
    kryo.writeObject(out, tree);
    byte[] cut = java.util.Arrays.copyOf(out.toBytes(), 50);
    assertThrows(KryoException.class, () -> kryo.readObject(new Input(cut), SumTree.class));
  }

  @Test
  void classThatIsNotRegistered_isRefused() {
    Output out = new Output(64, -1);
    assertThrows(
        IllegalArgumentException.class,
        () -> kryo.writeClassAndObject(out, new java.util.LinkedList<>()));
  }
}
