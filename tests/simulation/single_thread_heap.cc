// operator new and delete for programs of one thread: lists of free blocks by size, which are never
// returned to the system. A simulation allocates some ten thousand small blocks a millisecond, so
// this matters. Left out of sanitized builds, which bring their own. Not thread-safe.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <sys/mman.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t kGrain = 16;
constexpr std::size_t kLargest = 1024;  // above: malloc
constexpr std::size_t kClasses = kLargest / kGrain + 1;
constexpr std::size_t kChunk = std::size_t{1} << 16;
constexpr std::size_t kRegion = std::size_t{1} << 33;  // of addresses, not of memory

struct Block {
    Block* next;
};

struct Heap {
    std::uint8_t* begin = nullptr;
    std::size_t used = 0;
    std::array<Block*, kClasses> free{};
    std::array<std::uint8_t, kRegion / kChunk> class_of{};  // by chunk
};
constinit Heap heap;

// A fresh chunk of blocks of one size.
bool refill(std::size_t size_class) {
    if (heap.begin == nullptr) {
        void* const region = mmap(nullptr, kRegion, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (region == MAP_FAILED) return false;
        heap.begin = static_cast<std::uint8_t*>(region);
    }
    if (heap.used + kChunk > kRegion) return false;
    std::uint8_t* const chunk = heap.begin + heap.used;
    heap.class_of[heap.used / kChunk] = static_cast<std::uint8_t>(size_class);
    heap.used += kChunk;
    const std::size_t size = size_class * kGrain;
    for (std::size_t at = kChunk / size; at > 0; --at) {
        auto* const block = reinterpret_cast<Block*>(chunk + (at - 1) * size);
        block->next = heap.free[size_class];
        heap.free[size_class] = block;
    }
    return true;
}

void* take(std::size_t size) {
    if (size > kLargest) {
        void* const large = std::malloc(size);
        if (large == nullptr) std::abort();
        return large;
    }
    const std::size_t size_class = (size + kGrain - 1) / kGrain + (size == 0 ? 1 : 0);
    if (heap.free[size_class] == nullptr && !refill(size_class)) std::abort();
    Block* const block = heap.free[size_class];
    heap.free[size_class] = block->next;
    return block;
}

void give_back(void* memory) noexcept {
    if (memory == nullptr) return;
    const auto at = static_cast<std::size_t>(static_cast<std::uint8_t*>(memory) - heap.begin);
    if (heap.begin == nullptr || at >= heap.used) return std::free(memory);
    const std::size_t size_class = heap.class_of[at / kChunk];
    auto* const block = static_cast<Block*>(memory);
    block->next = heap.free[size_class];
    heap.free[size_class] = block;
}

}  // namespace

void* operator new(std::size_t size) {
    return take(size);
}
void operator delete(void* memory) noexcept {
    give_back(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    give_back(memory);
}

#endif
