/** A decrypted model beside the same training in the clear, on rows that neither saw. */
package org.hetal.owner.evaluation;
