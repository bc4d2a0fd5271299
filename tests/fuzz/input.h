// Input: turns a fuzzer's bytes into numbers, for targets that build their figures instead of
// decoding them. An exhausted Input gives zeros, so every byte string is a valid input, and a
// shorter one is a simpler one. A view: the bytes must outlive it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace fairfeed::fuzz {

class Input {
  public:
    explicit Input(ByteView data) : data_(data) {}

    [[nodiscard]] bool empty() const { return data_.empty(); }
    [[nodiscard]] std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i)
            value = (value << 8U) | byte();
        return value;
    }
    [[nodiscard]] std::uint8_t byte() {
        if (data_.empty()) return 0;
        const std::uint8_t value = data_.front();
        data_ = data_.subspan(1);
        return value;
    }
    [[nodiscard]] std::size_t below(std::size_t limit) { return number(2) % limit; }
    // Any order of magnitude up to limit. Some inputs give the limit itself, one more, or any
    // number.
    [[nodiscard]] std::int64_t figure(std::int64_t limit) {
        const std::uint8_t how = byte();
        if (how == 0xff) return static_cast<std::int64_t>(number(8));
        if (how == 0xfe) return limit;
        if (how == 0xfd) return limit == INT64_MAX ? limit : limit + 1;
        const std::uint64_t value = number(how % 9U);
        return static_cast<std::int64_t>(std::min(value, static_cast<std::uint64_t>(limit)));
    }
    [[nodiscard]] ByteView take(std::size_t size) {
        const ByteView out = data_.first(std::min(size, data_.size()));
        data_ = data_.subspan(out.size());
        return out;
    }
    [[nodiscard]] ByteView rest() { return take(data_.size()); }

  private:
    ByteView data_;
};

}  // namespace fairfeed::fuzz
