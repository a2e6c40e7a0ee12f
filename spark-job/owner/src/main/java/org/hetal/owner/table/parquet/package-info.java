/**
 * Reads Parquet files and folders of part files: named columns of numbers, arrays, and the dense
 * and sparse vectors of Spark ML. Apache Parquet reads the file; this package maps its columns to
 * features and labels, and checks sizes that the file claims before memory is allocated for them.
 */
package org.hetal.owner.table.parquet;
