// Owning handles for what a C library allocates: Owned<T, free_function> frees exactly once.
// Private to this room; it knows no OpenSSL header, the .cc that names T includes it.
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
