/**
 * The native engine of this project behind the interfaces of {@code org.hetal.he}: {@link
 * org.hetal.he.engine.NativeEngine} opens an evaluator on a bundle of evaluation keys, {@link
 * org.hetal.he.engine.NativeParameters} has the parameter sets, {@link
 * org.hetal.he.engine.EngineLibrary} says what the native library is.
 *
 * <p>The library is inside the jar, for Linux on x86-64 and arm64. It holds nothing that can
 * decrypt. Every instruction set, device and number of threads computes the same residues.
 */
package org.hetal.he.engine;
