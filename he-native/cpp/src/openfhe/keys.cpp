#include "openfhe/keys.h"

#include <bit>

#include "base/error.h"

namespace hetal::openfhe {
namespace {

using ContextImpl = lbcrypto::CryptoContextImpl<Polynomial>;

std::shared_ptr<lbcrypto::CryptoParametersRNS> parameters_of(const Context& context) {
  return std::dynamic_pointer_cast<lbcrypto::CryptoParametersRNS>(context->GetCryptoParameters());
}

int top_level(const Context& context) { return static_cast<int>(context->GetElementParams()->GetParams().size()) - 1; }

/// Of each context that bootstraps were set up for; changes as OpenFHE's static maps do.
std::map<const ContextImpl*, std::set<std::uint32_t>>& setups() {
  static auto* const map = new std::map<const ContextImpl*, std::set<std::uint32_t>>;
  return *map;
}

/// Steps of one collapsed layer of the transforms: baby steps around zero and giant steps, `stride` apart.
void add_layer(std::set<std::uint32_t>& steps, int rotations, int baby, int giant, std::uint32_t stride,
               std::uint32_t slots) {
  const int first = 1 - (rotations + 1) / 2;
  for (int j = first; j < first + baby; ++j) steps.insert(static_cast<std::uint32_t>(j) * stride % slots);
  for (int i = 0; i < giant; ++i) steps.insert(static_cast<std::uint32_t>(baby * i) * stride % slots);
}

/// GetCollapsedFFTParams, an array up to OpenFHE 1.4 and a structure since.
struct Layers {
  template <typename Parameters>
  explicit Layers(const Parameters& p) {
    if constexpr (requires { p.lvlb; }) {
      assign(p.layersCollapse, p.remCollapse, p.numRotations, p.b, p.g, p.numRotationsRem, p.bRem, p.gRem);
    } else {
      assign(p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]);
    }
  }
  // OpenFHE calls the number of baby steps g and that of giant steps b.
  template <typename... Numbers>
  void assign(Numbers... numbers) {
    int* const all[] = {&collapsed, &remainder, &rotations, &giant, &baby, &rotations_rest, &giant_rest, &baby_rest};
    std::size_t i = 0;
    ((*all[i++] = static_cast<int>(numbers)), ...);
  }
  int collapsed, remainder, rotations, giant, baby, rotations_rest, giant_rest, baby_rest;
};

/// FindCoeffsToSlotsRotationIndices and FindSlotsToCoeffsRotationIndices, which are private: they differ in the end at
/// which the layer of the remainder lies.
void add_transform(std::set<std::uint32_t>& steps, std::uint32_t slots, std::uint32_t budget, std::uint32_t baby_steps,
                   bool encoding) {
  const Layers p(lbcrypto::GetCollapsedFFTParams(slots, budget, baby_steps));
  const int whole = static_cast<int>(budget) - (p.remainder != 0);
  for (int s = 0; s < whole; ++s) {
    add_layer(steps, p.rotations, p.baby, p.giant, 1u << (s * p.collapsed + (encoding ? p.remainder : 0)), slots);
  }
  if (p.remainder != 0) {
    add_layer(steps, p.rotations_rest, p.baby_rest, p.giant_rest, encoding ? 1u : 1u << (whole * p.collapsed), slots);
  }
}

}  // namespace

std::size_t digits_at(const Context& context, int level) {
  const auto parameters = parameters_of(context);
  const std::size_t limbs = static_cast<std::size_t>(level) + 1, per_digit = parameters->GetNumPerPartQ();
  return std::min<std::size_t>((limbs + per_digit - 1) / per_digit, parameters->GetNumberOfQPartitions());
}

void shorten(const Context& context, const EvaluationKey& key, int level) {
  const std::size_t digits = digits_at(context, level);
  if (key->GetAVector().size() <= digits) return;
  const auto end = static_cast<std::ptrdiff_t>(digits);
  key->SetAVector(std::vector<Polynomial>(key->GetAVector().begin(), key->GetAVector().begin() + end));
  key->SetBVector(std::vector<Polynomial>(key->GetBVector().begin(), key->GetBVector().begin() + end));
}

void require_digits(const Context& context, const EvaluationKey& key, int level, const std::string& what) {
  const std::size_t needed = digits_at(context, level);
  const std::size_t actual = std::min(key->GetAVector().size(), key->GetBVector().size());
  require<MissingKey>(actual >= needed, what, " at level ", level, ": expected a key of ", needed,
                      " digits, actual one of ", actual, ", made for lower levels");
}

std::shared_ptr<AutomorphismKeys> automorphism_keys(const std::string& tag) {
  const auto& all = ContextImpl::GetAllEvalAutomorphismKeys();
  const auto at = all.find(tag);
  return at == all.end() ? nullptr : at->second;
}

std::uint32_t rotation_element(const Context& context, int steps) {
  return lbcrypto::FindAutomorphismIndex2nComplex(steps, 2 * context->GetRingDimension());
}

std::uint32_t conjugation_element(const Context& context) { return 2 * context->GetRingDimension() - 1; }

void bootstrap_setup(const Context& context, std::uint32_t encoding_budget, std::uint32_t decoding_budget,
                     std::uint32_t correction, std::uint32_t baby_steps) {
  for (const std::uint32_t budget : {encoding_budget, decoding_budget}) {
    require<InvalidArgument>(budget >= 1 && budget <= 8, "level budgets: expected 1 to 8, actual ", encoding_budget,
                             " and ", decoding_budget);
  }
  require<InvalidArgument>((baby_steps & (baby_steps - 1)) == 0 && baby_steps <= 512,
                           "baby steps: expected a power of two of at most 512, or 0, actual ", baby_steps);
  const std::uint32_t slots = context->GetRingDimension() / 2;
  const bool one_matrix = encoding_budget == 1 && decoding_budget == 1;
  // OpenFHE's choice for it depends on its version.
  if (one_matrix && baby_steps == 0) {
    for (baby_steps = 1; baby_steps * baby_steps < slots;) baby_steps *= 2;
  }
  context->EvalBootstrapSetup({encoding_budget, decoding_budget}, {baby_steps, baby_steps}, slots, correction);
  std::set<std::uint32_t> steps;
  if (one_matrix) {
    for (std::uint32_t i = 1; i < baby_steps; ++i) steps.insert(i);
    for (std::uint32_t i = baby_steps; i < slots; i += baby_steps) steps.insert(i);
  } else {
    add_transform(steps, slots, encoding_budget, baby_steps, true);
    add_transform(steps, slots, decoding_budget, baby_steps, false);
  }
  steps.erase(0);
  std::set<std::uint32_t> elements;
  for (const std::uint32_t step : steps) elements.insert(rotation_element(context, static_cast<int>(step)));
  setups()[context.get()] = std::move(elements);
}

const std::set<std::uint32_t>& bootstrap_elements(const Context& context) {
  const auto at = setups().find(context.get());
  require<InvalidArgument>(at != setups().end(), "bootstrap: expected a context that bootstraps were set up for");
  return at->second;
}

std::size_t bootstrap_setup_polynomials(const Context& context, std::uint32_t encoding_budget,
                                        std::uint32_t decoding_budget) {
  const auto bits = static_cast<std::uint32_t>(std::bit_width(context->GetRingDimension() / 2) - 1);
  std::size_t out = 16;
  for (const std::uint32_t budget : {encoding_budget, decoding_budget}) {
    // Each of so many stages is of some of the layers of the transform, with two diagonals less one for each slot of a
    // block. bootstrap_setup() refuses other budgets.
    if (budget >= 1 && budget <= bits) out += budget * (std::size_t{2} << (bits + budget - 1) / budget);
  }
  return out;
}

std::size_t bootstrap_keys_polynomials(const Context& context) {
  const auto at = setups().find(context.get());
  const std::size_t rotations = at == setups().end() ? 0 : at->second.size();
  // A key has two polynomials for each digit. The conjugation, two keys of the sparse secret, and some in the making.
  return 2 * digits_at(context, static_cast<int>(primes(context).size()) - 1) * (rotations + 9);
}

void forget_bootstrap(const Context& context) { setups().erase(context.get()); }

void require_bootstrap_keys(const Context& context, const std::string& tag) {
  const auto keys = automorphism_keys(tag);
  const auto& all = ContextImpl::GetAllEvalMultKeys();
  const auto relinearization = all.find(tag);
  require<MissingKey>(relinearization != all.end() && keys != nullptr && keys->count(conjugation_element(context)) != 0,
                      "bootstrap: no keys of ", tag);
  const int top = top_level(context);
  require_digits(context, relinearization->second[0], top, "bootstrap: relinearization");
  require_digits(context, keys->at(conjugation_element(context)), top, "bootstrap: conjugation");
  for (const std::uint32_t element : bootstrap_elements(context)) {
    const auto key = keys->find(element);
    require<MissingKey>(key != keys->end(), "bootstrap: no key for the Galois element ", element, " of ", tag);
    require_digits(context, key->second, top, message("bootstrap: Galois element ", element));
  }
}

}  // namespace hetal::openfhe
