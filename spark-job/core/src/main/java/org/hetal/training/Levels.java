package org.hetal.training;

import java.io.Serializable;

/**
 * The level of everything that crosses a boundary, as placed by {@link TrainingPlan}.
 *
 * @param state weights and look-ahead point after a refresh
 * @param forward look-ahead point as the workers get it
 * @param features training features at encryption
 * @param logits what enters the softmax
 * @param residual probabilities minus labels
 * @param labels labels at encryption
 * @param gradient what the workers return
 * @param refresh new weights and look-ahead point on their way into the bootstrap
 * @param validationWeights weights as validation gets them, and as the model is kept
 * @param validationFeatures validation and prediction features at encryption
 * @param validationLogits what the validation oracle gets
 */
public record Levels(
    int state,
    int forward,
    int features,
    int logits,
    int residual,
    int labels,
    int gradient,
    int refresh,
    int validationWeights,
    int validationFeatures,
    int validationLogits)
    implements Serializable {}
