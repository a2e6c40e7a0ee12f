/**
 * What the data owner keeps of each data set and each file of rows that it encrypted. The
 * ciphertexts carry a random identity; the record of that identity is in the folder {@code
 * paths.private} and never leaves it.
 *
 * <pre>
 * datasets/ID.json   {@link org.hetal.owner.record.DatasetRecord}
 * rows/ID.json       {@link org.hetal.owner.record.RowsRecord}
 * </pre>
 *
 * Files have mode 0600, folders 0700. Digests of labels and rows are in the records only: labels
 * have so little entropy that a digest in the public part would tell them.
 */
package org.hetal.owner.record;
