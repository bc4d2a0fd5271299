// Names of nodes, meters and clusters: 1 to 32 characters of [a-z0-9-]. A name is a certificate's
// CN, an MQTT user and a topic level, so it must never contain '+', '#' or '/' (threat 11). Names
// are pseudonyms: they stand on the chain, so they must not contain anything personal.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/check.h"

namespace fairfeed {

constexpr std::size_t kMaxNameLength = 32;

[[nodiscard]] bool is_valid_name(std::string_view text);

// Held in place and padded with zeros: every index is keyed by names, and a name on the heap would
// cost more to copy and to compare than the record that it leads to. Ordered as the texts are.
template <class Tag>
class Name {
  public:
    Name() = default;  // the empty name: "none"
    explicit Name(std::string_view text) {
        CHECK(is_valid_name(text));
        set(text);
    }
    [[nodiscard]] static std::optional<Name> parse(std::string_view text) {
        std::optional<Name> name;
        if (is_valid_name(text)) name.emplace().set(text);
        return name;
    }
    // Ends with the name.
    [[nodiscard]] std::string_view view() const {
        return {text_.data(), ::strnlen(text_.data(), text_.size())};
    }
    [[nodiscard]] std::string str() const { return std::string(view()); }
    [[nodiscard]] bool empty() const { return text_.front() == '\0'; }
    bool operator==(const Name& other) const {
        return std::memcmp(text_.data(), other.text_.data(), text_.size()) == 0;
    }
    std::strong_ordering operator<=>(const Name& other) const {
        for (std::size_t at = 0; at < kMaxNameLength; at += sizeof(std::uint64_t)) {
            const std::uint64_t mine = word(at);
            const std::uint64_t theirs = other.word(at);
            if (mine != theirs) return mine <=> theirs;
        }
        return std::strong_ordering::equal;
    }

  private:
    // Eight characters as a number that is ordered as they are. Maps compare names all the time,
    // and a call for it would take longer than the work.
    [[nodiscard]] std::uint64_t word(std::size_t at) const {
        std::uint64_t number = 0;
        std::memcpy(&number, text_.data() + at, sizeof number);
        return std::endian::native == std::endian::little ? __builtin_bswap64(number) : number;
    }
    void set(std::string_view text) { text.copy(text_.data(), text_.size()); }

    std::array<char, kMaxNameLength> text_{};
};

using NodeId = Name<struct NodeTag>;  // an edge node, the gateway, or DGMD itself
using MeterId = Name<struct MeterTag>;
using ClusterId = Name<struct ClusterTag>;

using Window = std::uint32_t;    // index of a settlement window on the grid clock, 0 at grid epoch
using Height = std::uint64_t;    // 0 is genesis
using Round = std::uint32_t;     // of consensus, within a height
using KeyEpoch = std::uint32_t;  // of a meter's data key

}  // namespace fairfeed
