/**
 * The softmax of HETAL beside that of {@link org.hetal.softmax}, on the same engine, for {@code
 * bench softmax}. No product has this package.
 */
package org.hetal.tools.softmax;
