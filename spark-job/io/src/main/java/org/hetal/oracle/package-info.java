/**
 * How the cluster reaches the data owner's validation oracle. {@link
 * org.hetal.oracle.OracleEndpoint} is the address with the files that establish trust; both sides
 * use the same values. The other types are the messages between the sides, and internal.
 */
package org.hetal.oracle;
