/**
 * Rows of features with their labels, in the clear, as the readers of files make them, and what all
 * readers share: the refusal of bad values, the check of the memory that a table takes, and values
 * as messages show them.
 */
package org.hetal.owner.table;
