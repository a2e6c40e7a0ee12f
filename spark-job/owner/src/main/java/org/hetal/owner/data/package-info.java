/**
 * From tables to the rows that are encrypted: training, validation and test rows are cut, scaled
 * and checked for what is most likely a mistake.
 */
package org.hetal.owner.data;
