#include "meter-sim/imports/column_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/units.h"
#include "meter-sim/imports/register_names.h"

namespace fairfeed::imports {

namespace {

constexpr std::string_view kTo = " to ";  // between a start and an end in one cell

std::string time_text(const CsvRow& row, const std::vector<std::size_t>& columns) {
    std::string text;
    for (const std::size_t index : columns) {
        if (!text.empty()) text += ' ';
        text += cell_of(row, index);
    }
    return text;
}

class ColumnReader {
  public:
    ColumnReader(const ImportTable& table, const ColumnPlan& plan, ReadFile& file,
                 CsvComplaints& complaints)
        : table_(table),
          plan_(plan),
          heading_(table.rows[plan.heading]),
          mark_(plan.mark.value_or(find_mark())),
          file_(file),
          complaints_(complaints) {}

    void read() {
        for (std::size_t i = plan_.heading + 1; i < table_.rows.size(); ++i) {
            const CsvRow& row = table_.rows[i];
            if (!counts(row) || is_without_values(row)) continue;
            read_row(row);
        }
        for (auto& [key, series] : series_)
            file_.series.push_back(std::move(series));
    }

  private:
    [[nodiscard]] DecimalMark find_mark() const {
        MarkFinder finder;
        for (std::size_t i = plan_.heading + 1; i < table_.rows.size(); ++i)
            for (const ValueColumn& column : plan_.values)
                finder.see(cell_of(table_.rows[i], column.index));
        return finder.mark();
    }

    [[nodiscard]] bool counts(const CsvRow& row) const {
        return !plan_.wanted ||
               lower_case(cell_of(row, *plan_.wanted)).starts_with(plan_.wanted_begins);
    }

    // Blank tails have neither a time nor a value.
    [[nodiscard]] bool is_without_values(const CsvRow& row) const {
        return time_text(row, plan_.at).find_first_not_of(' ') == std::string::npos &&
               std::all_of(plan_.values.begin(), plan_.values.end(),
                           [&](const auto& column) { return cell_of(row, column.index).empty(); });
    }

    void read_row(const CsvRow& row) {
        const std::string written = time_text(row, plan_.at);
        const std::size_t to = written.find(kTo);
        const auto at = stamp_of(row, plan_.at, written.substr(0, to));
        if (!at) return;
        ReadValue value;
        value.place.line = row.line;
        value.at = *at;
        value.length_s = plan_.length_s;
        if (!plan_.end.empty()) {
            const auto end = stamp_of(row, plan_.end, time_text(row, plan_.end));
            if (!end) return;
            value.length_s = length_of(*at, *end);
        } else if (to != std::string::npos) {
            const auto end = stamp_of(row, plan_.at, written.substr(to + kTo.size()));
            if (!end) return;
            value.length_s = length_of(*at, *end);
        }
        for (std::size_t i = 0; i < plan_.values.size(); ++i)
            read_cell(row, i, value);
    }

    std::optional<Stamp> stamp_of(const CsvRow& row, const std::vector<std::size_t>& columns,
                                  const std::string& text) {
        const auto stamp = parse_stamp(text, plan_.order);
        if (!stamp)
            complaints_.add(row.line, in_column(heading_, columns[0]) + visible(text) +
                                          " is not a time like 2024-01-31 10:15 or "
                                          "31-01-2024 10:15");
        return stamp;
    }

    // The clocks may change in between, so the times on the wall say too little or too much.
    [[nodiscard]] std::int64_t length_of(const Stamp& at, const Stamp& end) const {
        std::int64_t length_s = end.local_s - at.local_s;
        if (at.offset_s && end.offset_s) length_s -= *end.offset_s - *at.offset_s;
        if (plan_.end_is_last_minute && length_s % kSecondsPerQuarter != 0) length_s += 60;
        // An end of the day without its date.
        if (length_s < 0 && end.local_s % kSecondsPerDay == 0) length_s += kSecondsPerDay;
        return std::max<std::int64_t>(0, length_s);
    }

    void read_cell(const CsvRow& row, std::size_t place, ReadValue value) {
        const ValueColumn& column = plan_.values[place];
        const std::string& cell = cell_of(row, column.index);
        if (cell.empty()) {
            add(row, place, column.channel, value);
            return;
        }
        const auto quantity = parse_quantity(cell, column.unit, mark_);
        if (!quantity) {
            complaints_.add(row.line, in_column(heading_, column.index) + visible(cell) + " " +
                                          quantity.error());
            return;
        }
        file_.rounded += quantity->rounded ? 1 : 0;
        const std::int64_t amount = column.reversed ? -quantity->millionths : quantity->millionths;
        if (amount < 0 && !column.negative) {
            complaints_.add(row.line, in_column(heading_, column.index) + visible(cell) +
                                          " is negative: a mapping file can say which register "
                                          "counts below zero (negative: export)");
            return;
        }
        value.value = std::max<std::int64_t>(0, amount);
        add(row, place, column.channel, value);
        if (column.negative) {
            value.value = std::max<std::int64_t>(0, -amount);
            add(row, place, *column.negative, value);
        }
    }

    void add(const CsvRow& row, std::size_t place, Channel channel, const ReadValue& value) {
        const ValueColumn& column = plan_.values[place];
        const std::string home = plan_.home ? cell_of(row, *plan_.home) : std::string();
        ReadSeries& series = series_[{home, place, channel}];
        if (series.values.empty()) {
            series.home = home;
            series.channel = channel;
            series.name = cell_of(heading_, column.index);
            series.figure = column.unit.is_power ? Figure::power : column.figure;
            series.end_stamped = plan_.end_stamped;
            series.by_wall_clock = plan_.by_wall_clock;
        }
        series.values.push_back(value);
    }

    const ImportTable& table_;
    const ColumnPlan& plan_;
    const CsvRow& heading_;
    DecimalMark mark_;
    ReadFile& file_;
    CsvComplaints& complaints_;
    std::map<std::tuple<std::string, std::size_t, Channel>, ReadSeries> series_;
};

}  // namespace

void read_columns(const ImportTable& table, const ColumnPlan& plan, ReadFile& file,
                  CsvComplaints& complaints) {
    ColumnReader(table, plan, file, complaints).read();
}

std::string in_column(const CsvRow& heading, std::size_t index) {
    return "column " + visible(cell_of(heading, index)) + ": ";
}

ReadFile read_named_columns(std::string_view text, bool (*is_heading)(const CsvRow&),
                            std::string_view missing,
                            std::optional<ValueColumn> (*column)(const std::string& heading),
                            CsvComplaints& complaints) {
    ReadFile file;
    const ImportTable table = parse_import_table(text);
    const auto heading = find_row(table, is_heading);
    if (!heading) {
        complaints.add(1, std::string(missing));
        return file;
    }
    ColumnPlan plan;
    plan.heading = *heading;
    plan.at = {0};
    const CsvRow& names = table.rows[*heading];
    for (std::size_t i = 1; i < names.cells.size(); ++i) {
        if (auto found = column(names.cells[i])) {
            found->index = i;
            plan.values.push_back(*found);
        } else {
            file.notes.push_back(in_column(names, i) + "left out");
        }
    }
    read_columns(table, plan, file, complaints);
    drop_totals(file);
    return file;
}

}  // namespace fairfeed::imports
