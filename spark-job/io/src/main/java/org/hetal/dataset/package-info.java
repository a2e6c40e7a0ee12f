/**
 * The folders that data owner and cluster exchange: data sets, models and predictions, each with a
 * manifest that is written last and has the digest of every file. {@link
 * org.hetal.dataset.StoredModel} and {@link org.hetal.dataset.StoredPredictions} are what one side
 * hands to the other, {@link org.hetal.dataset.LocalStorage} is a folder of the local file system.
 *
 * <p>A user of the API meets these, the manifests {@link org.hetal.dataset.EncryptedModel} and
 * {@link org.hetal.dataset.EncryptedLogits}, and the exceptions; the other types are internal.
 */
package org.hetal.dataset;
