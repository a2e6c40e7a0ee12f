#include "openfhe/transforms.h"

#include <cmath>

#include "base/error.h"
#include "openfhe/keys.h"
#include "openfhe/operations.h"

namespace hetal::openfhe {
namespace {

int slot_count(const Context& context) { return static_cast<int>(context->GetRingDimension() / 2); }

void require_power(const Context& context, const char* what, int value, int least) {
  require<InvalidArgument>(value >= least && value <= slot_count(context) && (value & (value - 1)) == 0, what,
                           ": expected a power of two of ", least, " to ", slot_count(context), ", actual ", value);
}

void require_sum(const Context& context, const char* what, const Ciphertext& a, int count) {
  require_power(context, what, count, 1);
  require<InvalidArgument>(parts(a) == 2, what, ": expected 2 parts, actual ", parts(a));
  for (int steps = 1; steps < count; steps *= 2) require_rotation(context, a, steps);
}

void require_factor(const char* what, const Ciphertext& a) {
  require<ScaleError>(scale_degree(a) == 1, what, ": expected scale degree 1, actual ", scale_degree(a));
  require<LevelError>(level(a) >= 1, what, ": expected a level of at least 1, actual 0");
}

/// EvalBootstrapSetup without precomputation; OpenFHE 1.5 has given it one more parameter.
template <typename Scheme, typename ContextImpl>
void set_up(Scheme& scheme, const ContextImpl& context, std::uint32_t size, std::uint32_t baby_steps) {
  const std::vector<std::uint32_t> budget{1, 1}, dim1{baby_steps, 0};
  if constexpr (requires { scheme.EvalBootstrapSetup(context, budget, dim1, size, 0, false, false); }) {
    scheme.EvalBootstrapSetup(context, budget, dim1, size, 0, false, false);
  } else {
    scheme.EvalBootstrapSetup(context, budget, dim1, size, 0, false);
  }
}

int baby_steps(int size) {
  int out = 1;
  while (out * out < size) out *= 2;
  return out;
}

}  // namespace

Ciphertext sum(const Context& context, const Ciphertext& a, int count) {
  require_sum(context, "sum", a, count);
  return count == 1 ? a->Clone() : context->EvalSum(a, static_cast<std::uint32_t>(count));
}

Ciphertext inner_product(const Context& context, const Ciphertext& a, const Ciphertext& b, int count) {
  require_sum(context, "innerProduct", a, count);
  const std::vector<Ciphertext> left{a}, right{b};
  // Their rules are those of a product; EvalInnerProduct multiplies and relinearizes by itself.
  if (count == 1) return rescale(context, relinearize(context, multiply_sum(context, left, right)));
  require_product(context, a, b);
  return context->Rescale(context->EvalInnerProduct(a, b, static_cast<std::uint32_t>(count)));
}

Ciphertext inner_product(const Context& context, const Ciphertext& a, const lbcrypto::Plaintext& b, int count) {
  require_sum(context, "innerProduct", a, count);
  require_factor("innerProduct", a);
  require<LevelError>(level(a) == level(b), "innerProduct: expected equal levels, actual ", level(a), " and ",
                      level(b));
  if (count == 1) return context->Rescale(context->EvalMult(a, b));
  return context->Rescale(context->EvalInnerProduct(a, b, static_cast<std::uint32_t>(count)));
}

std::vector<int> linear_transform_steps(const Context& context, int size) {
  require_power(context, "linear transform", size, 2);
  const int baby = baby_steps(size);
  std::vector<int> out;
  for (int i = 1; i < baby; ++i) out.push_back(i);
  for (int i = baby; i < size; i += baby) out.push_back(i);
  return out;
}

LinearTransform prepare_linear_transform(const Context& context, int size,
                                         const std::vector<std::complex<double>>& matrix, int at) {
  require_power(context, "linear transform", size, 2);
  const auto n = static_cast<std::size_t>(size);
  require<InvalidArgument>(matrix.size() == n * n, "linear transform: expected ", n * n, " values, actual ",
                           matrix.size());
  const int top = static_cast<int>(primes(context).size()) - 1;
  require<LevelError>(at >= 1 && at <= top, "linear transform: expected a level of 1 to ", top, ", actual ", at);
  std::vector<std::vector<std::complex<double>>> rows(n);
  for (std::size_t i = 0; i < n; ++i) {
    rows[i].assign(matrix.begin() + static_cast<std::ptrdiff_t>(i * n),
                   matrix.begin() + static_cast<std::ptrdiff_t>((i + 1) * n));
    for (const auto& value : rows[i]) {
      require<InvalidArgument>(std::isfinite(value.real()) && std::isfinite(value.imag()), "linear transform: row ", i,
                               ": expected finite values, actual ", value);
    }
  }
  LinearTransform out{context, std::make_shared<lbcrypto::FHECKKSRNS>(), {}, at};
  // Of a bootstrap's setup only the baby steps, under the size, are wanted; nothing is precomputed.
  set_up(*out.scheme, *context, static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(baby_steps(size)));
  out.diagonals = out.scheme->EvalLinearTransformPrecompute(*context, rows, 1.0, static_cast<std::uint32_t>(at));
  return out;
}

Ciphertext linear_transform(const LinearTransform& transform, const Ciphertext& a) {
  require_factor("linear transform", a);
  require<InvalidArgument>(parts(a) == 2, "linear transform: expected 2 parts, actual ", parts(a));
  require<LevelError>(level(a) == transform.level, "linear transform: expected a ciphertext at level ", transform.level,
                      ", for which it was made, actual ", level(a));
  const Context& context = transform.context;
  for (const int steps : linear_transform_steps(context, static_cast<int>(transform.diagonals.size()))) {
    require_rotation(context, a, steps);
  }
  return context->Rescale(transform.scheme->EvalLinearTransform(transform.diagonals, a));
}

}  // namespace hetal::openfhe
