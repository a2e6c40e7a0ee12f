package org.hetal.owner.data;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Origin;
import org.hetal.dataset.Storage;

/**
 * What the owner must remember to use the model that comes back: how raw rows are prepared and what
 * they were encrypted for. The file {@code model.json} of the owner's folder; never sent.
 */
public record PrivateModel(Preparation preparation, Origin origin) {
  /** Its file. */
  public static final String NAME = "model.json";

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  /** Writes it, replacing an older one. */
  public void write(Storage privateStorage) {
    try {
      privateStorage.writeAtomically(NAME, JSON.writeValueAsBytes(this));
    } catch (IOException e) {
      throw new IllegalStateException("a model is always writable", e);
    }
  }

  /**
   * @throws DatasetException when it is missing or damaged
   */
  public static PrivateModel read(Storage privateStorage) {
    try {
      PrivateModel model = JSON.readValue(privateStorage.read(NAME), PrivateModel.class);
      if (model == null) {
        throw new DatasetException(
            privateStorage.describe() + "/" + NAME + ": expected a model, actual null");
      }
      return model;
    } catch (IOException e) {
      throw new DatasetException(
          privateStorage.describe() + "/" + NAME + ": expected what encrypt wrote", e);
    }
  }
}
