// AllocationWatch: how much memory C++ code asks for while the object lives, at the highest point,
// above what was held before. Linking this file replaces operator new and delete by counting ones;
// what C libraries take is not seen. Watches do not nest. One thread.
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
