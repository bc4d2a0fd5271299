#include "core/io/heap.h"

#include <malloc.h>

namespace fairfeed {

void return_freed_memory() {
    (void)::malloc_trim(0);
}

}  // namespace fairfeed
