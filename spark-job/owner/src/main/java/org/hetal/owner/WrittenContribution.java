package org.hetal.owner;

import java.nio.file.Path;

/**
 * What {@link JointOwner#contribute} left.
 *
 * @param file of the contribution
 * @param keyId of the key holder's key pair, 32 hexadecimal digits
 * @param columns of the rows
 * @param ciphertexts of their sums
 * @param bytes of the ciphertexts
 */
public record WrittenContribution(
    Path file, String keyId, int columns, int ciphertexts, long bytes) {}
