// NEM12 of the Australian market (AEMO Meter Data File Format): records 200 name a register, 300
// hold a day of it, 400 the quality of parts of a day. Times are those of the market, UTC+10:00,
// without daylight saving.
#include <charconv>
#include <optional>

#include "core/base/units.h"
#include "meter-sim/imports/formats.h"
#include "meter-sim/imports/import_table.h"
#include "meter-sim/imports/quantity_text.h"
#include "meter-sim/imports/stamp_text.h"

namespace fairfeed::imports {

namespace {

constexpr std::int64_t kMarketOffset = 10 * kSecondsPerHour;
constexpr std::size_t kFirstValue = 2;  // of a record 300

std::optional<std::int64_t> whole(std::string_view text) {
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

// E: energy to the customer; B: from the customer. Others are reactive energy, demand and the like.
std::optional<Channel> channel_of(std::string_view suffix) {
    if (suffix.starts_with('E')) return Channel::imported;
    if (suffix.starts_with('B')) return Channel::exported;
    return std::nullopt;
}

class Nem12Reader {
  public:
    Nem12Reader(ReadFile& file, CsvComplaints& complaints) : file_(file), complaints_(complaints) {}

    void read(const CsvRow& row) {
        const std::string& kind = cell_of(row, 0);
        if (kind == "200") {
            begin_register(row);
        } else if (kind == "300") {
            read_day(row);
        } else if (kind == "400") {
            read_quality(row);
        } else if (kind != "100" && kind != "500" && kind != "900") {
            complaints_.add(row.line, visible(kind) + " is no record of NEM12: 100 to 900 are");
        }
    }

  private:
    void begin_register(const CsvRow& row) {
        current_ = nullptr;
        wanted_ = false;
        day_values_ = 0;
        const std::string& suffix = cell_of(row, 4);
        const auto channel = channel_of(suffix);
        const auto unit = parse_unit(cell_of(row, 7));
        if (!channel || !unit || unit->is_power) {
            file_.notes.push_back("register " + visible(suffix) + " in " +
                                  visible(cell_of(row, 7)) + " left out");
            return;
        }
        const auto minutes = whole(cell_of(row, 8));
        if (!minutes || *minutes < 1 || *minutes > 60 || 1440 % *minutes != 0) {
            complaints_.add(row.line, "interval length " + visible(cell_of(row, 8)) +
                                          " is not 5, 15, 30 or 60 minutes");
            return;
        }
        wanted_ = true;
        unit_ = *unit;
        length_s_ = *minutes * 60;
        const std::string& home = cell_of(row, 1);
        for (ReadSeries& series : file_.series)
            if (series.home == home && series.name == suffix) current_ = &series;
        if (current_ != nullptr) return;
        file_.series.push_back({});
        current_ = &file_.series.back();
        current_->home = home;
        current_->channel = *channel;
        current_->name = suffix;
    }

    void read_day(const CsvRow& row) {
        day_values_ = 0;
        if (!wanted_) return;
        const auto day = parse_stamp(cell_of(row, 1), DateOrder::day_first);
        if (!day || cell_of(row, 1).size() != 8) {
            complaints_.add(row.line, visible(cell_of(row, 1)) + " is not a day like 20240131");
            return;
        }
        const auto count = static_cast<std::size_t>(kSecondsPerDay / length_s_);
        const std::string& quality = cell_of(row, kFirstValue + count);
        if (quality.empty() || whole(quality.substr(0, 1))) {
            complaints_.add(row.line, "no quality after " + std::to_string(count) +
                                          " values: the record does not fit its interval length "
                                          "of " +
                                          std::to_string(length_s_ / 60) + " min");
            return;
        }
        for (std::size_t i = 0; i < count; ++i)
            read_value(row, i, day->local_s + static_cast<std::int64_t>(i) * length_s_, quality);
        day_values_ = count;
    }

    void read_value(const CsvRow& row, std::size_t index, std::int64_t local_s,
                    const std::string& quality) {
        ReadValue value;
        value.place.line = row.line;
        value.at = {local_s, kMarketOffset};
        value.length_s = length_s_;
        const std::string& cell = cell_of(row, kFirstValue + index);
        const auto quantity = parse_quantity(cell, unit_, DecimalMark::point);
        if (!quantity || quantity->millionths < 0) {
            if (!cell.empty())
                complaints_.add(row.line, "value " + std::to_string(index + 1) + ": " +
                                              visible(cell) + " " +
                                              (quantity ? "is negative" : quantity.error()));
        } else {
            value.value = quantity->millionths;
            file_.rounded += quantity->rounded ? 1 : 0;
        }
        mark(value, quality);
        current_->values.push_back(value);
    }

    // N: no value; E and S: estimated and substituted; F: a final substitute; A: actual.
    static void mark(ReadValue& value, const std::string& quality) {
        if (quality.starts_with('N')) value.value = std::nullopt;
        value.estimated =
            quality.starts_with('E') || quality.starts_with('S') || quality.starts_with('F');
    }

    void read_quality(const CsvRow& row) {
        if (!wanted_ || day_values_ == 0) return;
        const auto first = whole(cell_of(row, 1));
        const auto last = whole(cell_of(row, 2));
        const auto most = static_cast<std::int64_t>(day_values_);
        if (!first || !last || *first < 1 || *last < *first || *last > most) {
            complaints_.add(row.line, "intervals " + visible(cell_of(row, 1)) + " to " +
                                          visible(cell_of(row, 2)) + " are not of a day of " +
                                          std::to_string(most));
            return;
        }
        const std::size_t begin = current_->values.size() - day_values_;
        for (std::int64_t i = *first; i <= *last; ++i)
            mark(current_->values[begin + static_cast<std::size_t>(i) - 1], cell_of(row, 3));
    }

    ReadFile& file_;
    CsvComplaints& complaints_;
    ReadSeries* current_ = nullptr;  // into file_.series; set anew by every record 200
    bool wanted_ = false;
    Unit unit_;
    std::int64_t length_s_ = 0;
    std::size_t day_values_ = 0;
};

}  // namespace

bool fits_nem12(std::string_view text) {
    const std::string_view head = text.substr(0, 200);
    return head.starts_with("100,NEM12") || head.starts_with("100,\"NEM12\"") ||
           (head.starts_with("200,") && text.find("\n300,") != std::string_view::npos);
}

ReadFile read_nem12(const FormatText& input, CsvComplaints& complaints) {
    ReadFile file;
    Nem12Reader reader(file, complaints);
    for (const CsvRow& row : parse_import_table(input.text).rows)
        reader.read(row);
    if (file.series.empty() && complaints.empty())
        complaints.add(1, "no register of imported (E) or exported (B) energy");
    return file;
}

}  // namespace fairfeed::imports
