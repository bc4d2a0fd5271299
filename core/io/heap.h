// The process's heap as the system sees it.
#pragma once

namespace fairfeed {

// Gives pages that hold nothing any more back to the system. A block of many readings takes several
// times its size while it is decided; without this, the allocator would keep all of that resident.
// Takes about a millisecond for 10 MB.
void return_freed_memory();

}  // namespace fairfeed
