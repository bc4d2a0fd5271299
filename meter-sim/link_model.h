// LinkModel: what a radio link does to the messages of one meter with one broker: delay, jitter,
// loss, duplication, and outages that come by themselves. It works on whole messages, between the
// meter and its MQTT client, and keeps their order, as one TCP connection does. The dice are
// seeded: the same seed, line and messages have the same fate. Times are steady real milliseconds,
// as the network's timers are, whatever its speed. Pure; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/units.h"

namespace fairfeed {

// Of each direction. All zero: a perfect link.
struct LinkConditions {
    std::int64_t delay_ms = 0;
    std::int64_t jitter_ms = 0;      // up to so much more, drawn for each message
    std::int64_t loss_ppm = 0;       // of the messages
    std::int64_t duplicate_ppm = 0;  // of those that arrive
    [[nodiscard]] bool is_perfect() const { return *this == LinkConditions{}; }
    bool operator==(const LinkConditions&) const = default;
};

// One outage in each stretch of `every_ms`, at a moment that is drawn; 0: none.
struct LinkOutages {
    std::int64_t every_ms = 0;
    std::int64_t for_ms = 0;
    bool operator==(const LinkOutages&) const = default;
};

// `link` in meter-sim.yaml.
struct LinkSettings {
    LinkConditions conditions;
    LinkOutages outages;
    std::uint64_t seed = 0;
    [[nodiscard]] bool are_poor() const {
        return !conditions.is_perfect() || outages != LinkOutages{};
    }
    bool operator==(const LinkSettings&) const = default;
};

enum class LinkWay { out, in };  // as the meter sees it

class LinkModel {
  public:
    // The outages of a line begin to be counted at `start_ms`.
    LinkModel(std::uint64_t seed, std::string_view meter, std::string_view node,
              std::int64_t start_ms);

    // When the message that enters now arrives: never, once, or twice. Not before one that entered
    // earlier on the same way.
    [[nodiscard]] std::vector<std::int64_t> pass(LinkWay way, const LinkConditions& conditions,
                                                 std::int64_t now_ms);
    [[nodiscard]] bool is_out(const LinkOutages& outages, std::int64_t now_ms) const;
    // When is_out() changes next; INT64_MAX: never.
    [[nodiscard]] std::int64_t next_change_ms(const LinkOutages& outages,
                                              std::int64_t now_ms) const;

  private:
    struct Span {
        std::int64_t from_ms = 0;
        std::int64_t until_ms = 0;
    };
    [[nodiscard]] Span outage_of(const LinkOutages& outages, std::int64_t stretch) const;
    [[nodiscard]] bool draw(std::int64_t chance_ppm);

    std::uint64_t seed_;
    std::int64_t start_ms_;
    std::int64_t draws_ = 0;
    std::array<std::int64_t, 2> last_ms_{INT64_MIN, INT64_MIN};  // by way: the latest arrival
};

}  // namespace fairfeed
