/**
 * Finds the plan of a training and estimates what it costs: levels and bootstraps by search, keys,
 * operations and memory by a dry run on the simulator.
 */
package org.hetal.planner;
