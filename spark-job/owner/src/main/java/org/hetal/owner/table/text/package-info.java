/** Readers of text files, plain or gzipped: CSV and libsvm. */
package org.hetal.owner.table.text;
