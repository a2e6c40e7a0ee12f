#include "base/error.h"
#include "device/device.h"

namespace hetal::device {

std::unique_ptr<Device> make_device(std::uint32_t ring_degree, std::vector<Modulus> moduli, const Choice& choice) {
  if (choice.kind == "cpu") return make_cpu_device(ring_degree, std::move(moduli), choice.threads);
  require<InvalidArgument>(choice.kind == "cuda", "device: expected cpu or cuda, actual '", choice.kind, "'");
  throw DeviceUnavailable("device cuda: this build has no CUDA library");
}

}  // namespace hetal::device
