/** Finds the form of a file that the settings name and reads its rows. */
package org.hetal.owner.table.files;
