/** Encrypts prepared rows with the secret key, and decrypts models and predictions. */
package org.hetal.owner.encryption;
