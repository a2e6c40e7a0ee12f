package org.hetal.owner;

import org.hetal.owner.contribution.CommonPreparation;
import org.hetal.plan.TrainingPlan;

/**
 * What {@link KeyHolder#plan} made for several owners, before it is published.
 *
 * @param plan of the training; its numbers of rows are the contributed ones and bind nobody
 * @param common how all owners prepare their rows
 * @param contributions of owners
 */
public record JointPlan(TrainingPlan plan, CommonPreparation common, int contributions) {}
