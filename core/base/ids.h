// Names of nodes, meters and clusters: 1 to 32 characters of [a-z0-9-]. A name is a certificate's
// CN, an MQTT user and a topic level, so it must never contain '+', '#' or '/' (threat 11). Names
// are pseudonyms: they stand on the chain, so they must not contain anything personal.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/check.h"

namespace fairfeed {

[[nodiscard]] bool is_valid_name(std::string_view text);

template <class Tag>
class Name {
  public:
    Name() = default;  // the empty name: "none"
    explicit Name(std::string_view text) : text_(text) { CHECK(is_valid_name(text)); }
    [[nodiscard]] static std::optional<Name> parse(std::string_view text) {
        std::optional<Name> name;
        if (is_valid_name(text)) name.emplace().text_ = text;
        return name;
    }
    [[nodiscard]] const std::string& str() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }
    auto operator<=>(const Name&) const = default;

  private:
    std::string text_;
};

using NodeId = Name<struct NodeTag>;  // an edge node, the gateway, or DGMD itself
using MeterId = Name<struct MeterTag>;
using ClusterId = Name<struct ClusterTag>;

using Window = std::uint32_t;    // index of a settlement window on the grid clock, 0 at grid epoch
using Height = std::uint64_t;    // 0 is genesis
using Round = std::uint32_t;     // of consensus, within a height
using KeyEpoch = std::uint32_t;  // of a meter's data key

}  // namespace fairfeed
