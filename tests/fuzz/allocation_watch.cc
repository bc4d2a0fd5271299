#include "tests/fuzz/allocation_watch.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace fairfeed::fuzz {
namespace {

// The bytes that this thread holds. If another thread frees them, `held` wraps harmlessly: a watch
// only computes differences.
thread_local std::size_t held = 0;
thread_local std::size_t peak = 0;

}  // namespace

AllocationWatch::AllocationWatch() : before_(held) {
    peak = held;
}

std::size_t AllocationWatch::peak_bytes() const {
    return peak - before_;
}

}  // namespace fairfeed::fuzz

// std::stable_sort allocates its buffer with this operator, and frees it with the delete below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) return nullptr;
    fairfeed::fuzz::held += ::malloc_usable_size(memory);
    fairfeed::fuzz::peak = std::max(fairfeed::fuzz::peak, fairfeed::fuzz::held);
    return memory;
}

void* operator new(std::size_t size) {
    void* const memory = operator new(size, std::nothrow);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void operator delete(void* memory) noexcept {
    if (memory != nullptr) fairfeed::fuzz::held -= ::malloc_usable_size(memory);
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    operator delete(memory);
}
