/**
 * The plan of a training as values: what key generation, encryption, training and prediction agree
 * on. These types are immutable and check themselves; {@code org.hetal.planner} makes a plan,
 * {@code org.hetal.training} executes it.
 */
package org.hetal.plan;
