/**
 * Where matrices lie in the slots of ciphertexts. {@link org.hetal.packing.Layout} describes a
 * layout, and a plan has one. The other types of this package, which pack rows and search for the
 * cheapest layout, are internal.
 */
package org.hetal.packing;
