/**
 * Arithmetic on doubles in the clear under the rules of the engines, for tests and dry runs: {@link
 * org.hetal.he.simulator.Simulator} is the evaluator, {@link
 * org.hetal.he.simulator.SimulatedParameters} its levels and slots, {@link
 * org.hetal.he.simulator.Noise} what an engine's arithmetic would add. Nothing is encrypted here.
 */
package org.hetal.he.simulator;
