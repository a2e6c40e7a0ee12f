// What a process that holds a secret key asks of the system.
#pragma once

namespace hetal::owner {

/// No core file, and no other process of this user may read the memory, as a debugger does (RLIMIT_CORE 0,
/// PR_SET_DUMPABLE 0). Throws SecurityError if the system refuses.
void protect_process();

}  // namespace hetal::owner
