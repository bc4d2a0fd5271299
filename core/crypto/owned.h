// Owning handles for allocations of a C library: Owned<T, free_function> frees exactly once.
// Private to this room; it includes no OpenSSL header, but the .cc that names T does.
#pragma once

#include <memory>

namespace fairfeed {

template <auto Free>
struct FreedBy {
    template <class T>
    void operator()(T* handle) const {
        Free(handle);
    }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, FreedBy<Free>>;

}  // namespace fairfeed
