/** NumPy's formats: {@code .npy} and {@code .npz} are read, {@code .npz} is written. */
package org.hetal.owner.table.numpy;
