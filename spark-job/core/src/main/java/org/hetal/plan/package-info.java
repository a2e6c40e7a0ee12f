/**
 * The plan of a training as values: what key generation, encryption, training and prediction agree
 * on. {@link org.hetal.plan.TrainingPlan} is the whole, {@link org.hetal.plan.Schedule} what is
 * trained and for how long, {@link org.hetal.plan.Levels} the level of everything that crosses a
 * boundary.
 *
 * <p>These types are immutable and check themselves; {@code org.hetal.planner} makes a plan, {@code
 * org.hetal.training} executes it.
 */
package org.hetal.plan;
