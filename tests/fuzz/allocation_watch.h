// AllocationWatch: the peak of the memory that C++ code allocates during the object's life, above
// the memory held before. Linking this file replaces operator new and delete by counting ones;
// allocations of C libraries are not counted. Watches do not nest. One thread.
#pragma once

#include <cstddef>

namespace fairfeed::fuzz {

class AllocationWatch {
  public:
    AllocationWatch();
    AllocationWatch(const AllocationWatch&) = delete;
    AllocationWatch& operator=(const AllocationWatch&) = delete;

    [[nodiscard]] std::size_t peak_bytes() const;

  private:
    std::size_t before_;
};

}  // namespace fairfeed::fuzz
