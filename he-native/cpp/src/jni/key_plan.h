// A key plan as org.hetal.he.owner.NativeKeyWriter flattens it, for both libraries of the data owner.
#pragma once

#include "jni/convert.h"
#include "owner/client.h"

namespace hetal::jni {

/// `rotations`: steps and level by turns; relinearization and conjugation: their level, -1 for none; `sparse`: real
/// slots of each sparse bootstrap.
inline owner::KeyPlan key_plan_of(JNIEnv* env, jintArray rotations, jint relinearization, jint conjugation,
                                  jboolean bootstrap, jintArray sparse) {
  owner::KeyPlan plan;
  const std::vector<jint> flat = to_ints(env, rotations);
  require<InvalidArgument>(flat.size() % 2 == 0, "key plan: expected a level for each rotation, actual ", flat.size(),
                           " numbers");
  for (std::size_t i = 0; i < flat.size(); i += 2) {
    require<InvalidArgument>(flat[i] > 0, "key plan: rotation: expected at least 1, actual ", flat[i]);
    plan.level_of_steps[static_cast<std::uint32_t>(flat[i])] = flat[i + 1];
  }
  plan.relinearization_level = relinearization;
  plan.conjugation_level = conjugation;
  plan.bootstrap = bootstrap != JNI_FALSE;
  for (const jint slots : to_ints(env, sparse)) plan.sparse_bootstraps.insert(static_cast<std::uint32_t>(slots));
  return plan;
}

}  // namespace hetal::jni
