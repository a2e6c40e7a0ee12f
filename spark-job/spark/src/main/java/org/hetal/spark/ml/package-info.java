/**
 * Training and prediction on ciphertexts as calls, in the manner of Spark ML: {@link
 * org.hetal.spark.ml.EncryptedSoftmaxRegression} is the estimator, {@link
 * org.hetal.spark.ml.EncryptedModel} the model. The commands {@code train} and {@code predict} are
 * a thin layer over these calls. The data owner's side is the package {@code org.hetal.owner} of
 * the artifact {@code hetal-owner}, which is never on the cluster.
 *
 * <p>{@code spark} is a {@code JavaSparkContext}; of a {@code SparkSession} it is {@code
 * JavaSparkContext.fromSparkContext(session.sparkContext())}, in PySpark {@code
 * session.sparkContext._jsc}.
 *
 * <p>Parameters are {@link org.hetal.spark.ml.Param} and not Spark ML's. {@code
 * org.apache.spark.ml.param.Params} is a Scala trait with state, which Java can only inherit
 * through {@code PipelineStage}; that demands {@code transformSchema} and, for an estimator, {@code
 * fit(Dataset)}, while ciphertexts are files without a schema. It would also put spark-mllib and
 * its dependencies on the class path of every run.
 */
package org.hetal.spark.ml;
