/**
 * Where matrices lie in the slots of ciphertexts, as plain numbers: {@link
 * org.hetal.packing.Layout} describes a layout, {@link org.hetal.packing.LayoutSearch} finds the
 * cheapest one, and {@link org.hetal.packing.Packing} moves rows, labels and weights into slots and
 * back. A user of the API meets only the layout, as a part of the plan.
 */
package org.hetal.packing;
