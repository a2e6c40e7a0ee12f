package org.hetal.owner;

/**
 * What {@link DataOwner#encrypt} or {@link DataOwner#encryptRows} left.
 *
 * @param id of the encrypted rows, 32 hexadecimal digits; the record in the private folder has the
 *     same
 * @param datasetId of the data set to train on: {@code id}, or that by which rows were scaled
 * @param folder of the ciphertexts
 * @param rows in minibatches, or to predict
 * @param minibatches 0 for rows to predict
 * @param evaluationGroups groups of validation rows, or of rows to predict
 * @param bytes of all ciphertexts
 * @param alreadyThere whether the same encrypted rows were found and kept
 */
public record WrittenDataset(
    String id,
    String datasetId,
    String folder,
    int rows,
    int minibatches,
    int evaluationGroups,
    long bytes,
    boolean alreadyThere) {}
