/**
 * Features of images: runs an ONNX model on a folder of images and writes one row of features per
 * image, in a format that the data owner's commands read.
 *
 * <p>{@link org.hetal.features.ImageFolder} lists the images, {@link
 * org.hetal.features.ImageDecoder} makes pixels of a file, {@link org.hetal.features.Preprocessing}
 * makes the model's input of pixels, {@link org.hetal.features.FeatureExtractor} runs the model,
 * {@link org.hetal.features.FeatureFile} writes the rows.
 *
 * <p>Nothing here sees a key. Rows do not depend on the number of threads: each image is a run of
 * its own on one thread. Another version of ONNX Runtime or another instruction set may change the
 * last digits.
 */
package org.hetal.features;
