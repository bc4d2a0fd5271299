// Fluvius portal (Belgium): a row for each register and quarter hour or hour, with start and end as
// local dates and times, the volume, its unit and the status of its validation.
#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "core/base/units.h"
#include "meter-sim/imports/column_reader.h"
#include "meter-sim/imports/formats.h"

namespace fairfeed::imports {

namespace {

constexpr std::size_t kHead = 4'000;
constexpr std::string_view kNoConsumption = "geen verbruik";
constexpr std::string_view kEstimated = "geschat";

// The portal wrote "Van datum", later "Van (datum)"; the last letters tell the columns apart.
std::optional<std::size_t> column(const CsvRow& heading, std::string_view first,
                                  std::string_view second) {
    for (std::size_t i = 0; i < heading.cells.size(); ++i) {
        const std::string name = lower_case(heading.cells[i]);
        if (name.starts_with(first) && name.find(second) != std::string::npos) return i;
    }
    return std::nullopt;
}

bool is_heading(const CsvRow& row) {
    return column(row, "van", "datum") && column(row, "register", "") && column(row, "volume", "");
}

struct Columns {
    std::size_t date = 0;
    std::size_t time = 0;
    std::optional<std::size_t> end_date;
    std::optional<std::size_t> end_time;
    std::optional<std::size_t> ean;
    std::size_t reg = 0;
    std::size_t volume = 0;
    std::optional<std::size_t> unit;
    std::optional<std::size_t> status;
};

class FluviusReader {
  public:
    FluviusReader(const ImportTable& table, std::size_t heading, const Columns& columns,
                  ReadFile& file, CsvComplaints& complaints)
        : table_(table),
          heading_(table.rows[heading]),
          first_(heading + 1),
          columns_(columns),
          file_(file),
          complaints_(complaints) {
        MarkFinder finder;
        for (std::size_t i = first_; i < table.rows.size(); ++i)
            finder.see(cell_of(table.rows[i], columns.volume));
        mark_ = finder.mark();
    }

    void read() {
        for (std::size_t i = first_; i < table_.rows.size(); ++i)
            read_row(table_.rows[i]);
        for (auto& [key, series] : series_)
            file_.series.push_back(std::move(series));
        for (const auto& [status, count] : zeros_)
            file_.notes.push_back(std::to_string(count) + " empty volumes with the status '" +
                                  status + "' read as zero");
        for (const auto& [name, count] : ignored_)
            file_.notes.push_back("register " + visible(name) +
                                  " left out: " + std::to_string(count) + " rows");
    }

  private:
    void read_row(const CsvRow& row) {
        const std::string& name = cell_of(row, columns_.reg);
        const std::string direction = lower_case(name);
        const bool is_import = direction.starts_with("afname");
        if (!is_import && !direction.starts_with("injectie")) {
            ++ignored_[name];
            return;
        }
        ReadValue value;
        value.place.line = row.line;
        const auto at = stamp(row, columns_.date, columns_.time);
        if (!at || !read_volume(row, value)) return;
        value.at = *at;
        if (columns_.end_date && columns_.end_time) {
            const auto end = stamp(row, *columns_.end_date, *columns_.end_time);
            if (!end) return;
            // An end on the clock before its start: clocks were set back in between.
            value.length_s = std::max<std::int64_t>(0, end->local_s - at->local_s);
        }
        add(row, value, is_import ? Channel::imported : Channel::exported);
    }

    std::optional<Stamp> stamp(const CsvRow& row, std::size_t date, std::size_t time) {
        const std::string text = cell_of(row, date) + " " + cell_of(row, time);
        auto out = parse_stamp(text, DateOrder::day_first);
        if (!out)
            complaints_.add(row.line, in_column(heading_, date) + visible(text) +
                                          " is not a time like 31-01-2024 10:15:00");
        return out;
    }

    bool read_volume(const CsvRow& row, ReadValue& value) {
        const std::string& volume = cell_of(row, columns_.volume);
        const std::string status =
            columns_.status ? lower_case(cell_of(row, *columns_.status)) : std::string();
        value.estimated = status.starts_with(kEstimated);
        if (volume.empty()) {
            if (status != kNoConsumption) return true;  // a gap
            value.value = 0;
            ++zeros_[cell_of(row, *columns_.status)];
            return true;
        }
        const std::string unit_name = columns_.unit ? cell_of(row, *columns_.unit) : "kWh";
        const auto unit = parse_unit(unit_name);
        if (!unit || unit->is_power) {
            complaints_.add(row.line, in_column(heading_, *columns_.unit) + visible(unit_name) +
                                          " is not kWh, Wh or MWh");
            return false;
        }
        const auto quantity = parse_quantity(volume, *unit, mark_);
        if (!quantity || quantity->millionths < 0) {
            complaints_.add(row.line, in_column(heading_, columns_.volume) + visible(volume) + " " +
                                          (quantity ? "is negative" : quantity.error()));
            return false;
        }
        file_.rounded += quantity->rounded ? 1 : 0;
        value.value = quantity->millionths;
        return true;
    }

    // The day and the night register of a direction take turns, or the idle one shows nothing, so
    // together they are one register: the sum of what each says of the same interval.
    void add(const CsvRow& row, const ReadValue& value, Channel channel) {
        const std::string home = columns_.ean ? cell_of(row, *columns_.ean) : std::string();
        ReadSeries& series = series_[{home, channel}];
        if (series.values.empty()) {
            series.home = home;
            series.channel = channel;
            series.name = channel == Channel::imported ? "Afname" : "Injectie";
        }
        // In the doubled hour each register has the same time twice.
        const std::size_t pass = passes_[{home, cell_of(row, columns_.reg), value.at.local_s}]++;
        const auto [place, is_new] =
            places_.try_emplace({home, channel, value.at.local_s, pass}, series.values.size());
        if (is_new) {
            series.values.push_back(value);
            return;
        }
        ReadValue& sum = series.values[place->second];
        sum.estimated = sum.estimated || value.estimated;
        if (value.value)
            sum.value = checked_add(sum.value.value_or(0), *value.value).value_or(INT64_MAX);
    }

    const ImportTable& table_;
    const CsvRow& heading_;
    std::size_t first_;
    const Columns& columns_;
    ReadFile& file_;
    CsvComplaints& complaints_;
    DecimalMark mark_ = DecimalMark::comma;
    std::map<std::pair<std::string, Channel>, ReadSeries> series_;
    std::map<std::tuple<std::string, std::string, std::int64_t>, std::size_t> passes_;
    std::map<std::tuple<std::string, Channel, std::int64_t, std::size_t>, std::size_t> places_;
    std::map<std::string, std::size_t> zeros_;
    std::map<std::string, std::size_t> ignored_;
};

}  // namespace

bool fits_fluvius(std::string_view text) {
    return find_row(parse_import_table(text.substr(0, kHead)), is_heading).has_value();
}

ReadFile read_fluvius(const FormatText& input, CsvComplaints& complaints) {
    ReadFile file;
    file.zone = "Europe/Brussels";
    const ImportTable table = parse_import_table(input.text);
    const auto heading = find_row(table, is_heading);
    if (!heading) {
        complaints.add(1, "no heading with 'Van datum', 'Register' and 'Volume'");
        return file;
    }
    const CsvRow& names = table.rows[*heading];
    const auto time = column(names, "van", "tijd");
    if (!time) {
        complaints.add(names.line,
                       "no column 'Van tijdstip': the daily totals of the portal are "
                       "too coarse; export the quarter-hour values");
        return file;
    }
    const Columns columns = {*column(names, "van", "datum"),
                             *time,
                             column(names, "tot", "datum"),
                             column(names, "tot", "tijd"),
                             column(names, "ean", ""),
                             *column(names, "register", ""),
                             *column(names, "volume", ""),
                             column(names, "eenheid", ""),
                             column(names, "validatiestatus", "")};
    FluviusReader(table, *heading, columns, file, complaints).read();
    return file;
}

}  // namespace fairfeed::imports
