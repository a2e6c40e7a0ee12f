#include "owner/process.h"

#include <cerrno>
#include <system_error>

#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/error.h"

namespace hetal::owner {

void protect_process() {
  const rlimit none{0, 0};
  const bool good = setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
  require<SecurityError>(good, "cannot protect the memory of the process that holds the secret key: ",
                         std::error_code(errno, std::generic_category()).message());
}

}  // namespace hetal::owner
