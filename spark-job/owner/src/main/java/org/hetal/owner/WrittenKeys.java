package org.hetal.owner;

/**
 * What {@link DataOwner#writeEvaluationKeys} left.
 *
 * @param folder of the keys
 * @param keyId of the key pair, 32 hexadecimal digits
 * @param bytes written; 0 when the keys were there already
 * @param alreadyThere whether a finished bundle with the keys of the plan was found and kept
 */
public record WrittenKeys(String folder, String keyId, long bytes, boolean alreadyThere) {}
