// SplitMix64: the random choices of a simulation. They depend on the seed alone, on every machine.
// Not for keys. A plain value; one thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fairfeed::test {

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    [[nodiscard]] std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }
    // 0 .. bound - 1; bound > 0.
    [[nodiscard]] std::int64_t below(std::int64_t bound) {
        return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
    }
    // first .. last, both possible.
    [[nodiscard]] std::int64_t between(std::int64_t first, std::int64_t last) {
        return first + below(last - first + 1);
    }
    [[nodiscard]] std::size_t index(std::size_t size) {
        return static_cast<std::size_t>(below(static_cast<std::int64_t>(size)));
    }
    [[nodiscard]] bool chance(std::int64_t permille) {
        return permille > 0 && below(1000) < permille;
    }

  private:
    std::uint64_t state_;
};

}  // namespace fairfeed::test
