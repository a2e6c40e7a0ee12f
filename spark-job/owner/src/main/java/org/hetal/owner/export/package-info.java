/** The decrypted model in the formats of other programs. */
package org.hetal.owner.export;
