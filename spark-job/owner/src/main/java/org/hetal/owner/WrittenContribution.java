package org.hetal.owner;

import java.nio.file.Path;
import java.util.List;

/**
 * What {@link JointOwner#contribute} left.
 *
 * @param file of the contribution
 * @param keyId of the key holder's key pair, 32 hexadecimal digits
 * @param columns of the rows
 * @param ciphertexts of their sums
 * @param bytes of the ciphertexts
 * @param warnings what most likely is a mistake in the rows, one line each
 */
public record WrittenContribution(
    Path file, String keyId, int columns, int ciphertexts, long bytes, List<String> warnings) {}
