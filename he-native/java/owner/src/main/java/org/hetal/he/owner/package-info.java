/**
 * The data owner's keys: {@link org.hetal.he.owner.ClientBackend} generates and loads them, {@link
 * org.hetal.he.owner.Client} encrypts, decrypts and writes the evaluation keys for the cluster,
 * {@link org.hetal.he.owner.PublicEncryptor} encrypts with a public key alone.
 *
 * <p>This package and its native library stay on the data owner's machine. {@code
 * org.hetal.owner.DataOwner} of the artifact {@code hetal-owner} is the layer above, which works on
 * whole data sets.
 */
package org.hetal.he.owner;
