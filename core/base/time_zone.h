// A time zone as a value: from which instant on which offset from UTC holds. Converts instants to
// local time and back, so that the hour that comes twice and the hour that does not come are told
// apart. Reads no files: core/io/zone_file.h loads the rules of a named zone. Re-entrant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairfeed {

class TimeZone {
  public:
    struct Period {
        std::int64_t from_s = 0;  // UTC
        std::int64_t offset_s = 0;
    };
    // At least one period, ascending; the first holds before its own beginning as well.
    TimeZone(std::string name, std::vector<Period> periods);
    // "+01:00", "-0530", "UTC", "UTC+2": one offset for ever. nullopt: not written like that.
    [[nodiscard]] static std::optional<TimeZone> fixed(std::string_view text);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::vector<Period>& periods() const { return periods_; }
    [[nodiscard]] std::int64_t offset_s(std::int64_t utc_s) const;
    // The offset without daylight saving: the least one within half a year of the instant.
    [[nodiscard]] std::int64_t standard_offset_s(std::int64_t utc_s) const;
    // The instants at which clocks show this local time (its seconds since 1970 as if UTC): none,
    // one or two, ascending.
    [[nodiscard]] std::vector<std::int64_t> instants(std::int64_t local_s) const;

  private:
    [[nodiscard]] std::size_t index_at(std::int64_t utc_s) const;
    std::string name_;
    std::vector<Period> periods_;
};

// "+01:00"
[[nodiscard]] std::string offset_text(std::int64_t offset_s);

}  // namespace fairfeed
