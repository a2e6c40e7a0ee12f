// Faults of the system, on demand: memory and threads that it refuses. Linked into one test program, whose operator
// new, aligned_alloc and pthread_create it replaces.
#pragma once

#include <cstddef>

namespace hetal::faults {

/// The allocation of that number from now on, counted from 1 over all threads, fails, and only that one.
void refuse_allocation(long number);
/// As refuse_allocation, for threads.
void refuse_thread(long number);
/// Ends both; whether a refusal took place since.
bool end();
/// Objects of operator new that are not deleted.
long live_objects();
/// Threads of this process.
int threads();
/// Whether there are so many threads again within a second: the system forgets one a little after it was joined.
bool threads_are(int expected);

}  // namespace hetal::faults
