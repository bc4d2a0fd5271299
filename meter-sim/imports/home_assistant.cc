// Home Assistant: statistics as recorder/statistics_during_period answers them (JSON) or as tables
// of them (CSV, TSV), and the history of sensors. A statistic's sum is the register at the end of
// its period; a state of the history is the register at that time. Names of sensors say what they
// count, or the user does.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/base/units.h"
#include "core/io/json_numbers.h"
#include "meter-sim/imports/formats.h"
#include "meter-sim/imports/import_table.h"
#include "meter-sim/imports/instants.h"
#include "meter-sim/imports/json_lines.h"
#include "meter-sim/imports/quantity_text.h"
#include "meter-sim/imports/register_names.h"
#include "meter-sim/imports/stamp_text.h"

namespace fairfeed::imports {

namespace {

constexpr Unit kKwh = {9, false};

// One row of a table, or one member of a list: the texts that were there, empty if they were not.
struct Row {
    std::size_t line = 0;
    std::string id;
    std::string start;
    std::string end;
    std::string change;
    std::string sum;
    std::string state;
    std::string unit;
    bool is_history = false;
};

class SensorReader {
  public:
    SensorReader(const ChannelChoices& choices, ReadFile& file, CsvComplaints& complaints)
        : choices_(choices), file_(file), complaints_(complaints) {}

    void see_number(std::string_view text) { mark_.see(text); }

    void read(const Row& row) {
        ReadSeries* series = series_of(row);
        if (series == nullptr) return;
        const auto at = parse_stamp(row.start, DateOrder::day_first);
        if (!at) {
            complaints_.add(
                row.line, "start: " + visible(row.start) + " is not a time like 2024-01-31 10:00");
            return;
        }
        const std::string& text = text_of(row, series->figure);
        ReadValue value;
        value.place.line = row.line;
        value.at = *at;
        if (const auto end = parse_stamp(row.end, DateOrder::day_first))
            value.length_s = std::max<std::int64_t>(0, end->local_s - at->local_s);
        const bool is_number = text.find_first_of("0123456789") != std::string::npos;
        if (is_number) {
            const auto quantity = parse_quantity(text, unit_of(row).value_or(kKwh), mark_.mark());
            if (!quantity) {
                complaints_.add(row.line,
                                visible(row.id) + ": " + visible(text) + " " + quantity.error());
                return;
            }
            value.value = quantity->millionths;
            file_.rounded += quantity->rounded ? 1 : 0;
            if (*value.value < 0 && series->figure == Figure::energy) {
                complaints_.add(row.line, visible(row.id) + ": " + visible(text) + " is negative");
                return;
            }
        }
        series->values.push_back(value);
    }

    void finish() {
        for (auto& [id, series] : series_) {
            if (series.values.empty()) continue;
            if (!history_.contains(id)) give_lengths(series);
            file_.series.push_back(std::move(series));
        }
        for (const auto& [id, why] : left_out_)
            file_.notes.push_back(visible(id) + " left out: " + why);
        if (file_.series.empty() && complaints_.empty())
            complaints_.add(1, left_out_.empty()
                                   ? "no statistics"
                                   : "no sensor's name says what it counts: --channel " +
                                         left_out_.begin()->first +
                                         "=import says it (import, export, pv, load or none)");
        drop_totals(file_);
    }

  private:
    static std::optional<Unit> unit_of(const Row& row) {
        return row.unit.empty() ? std::optional<Unit>(kKwh) : parse_unit(row.unit);
    }

    static const std::string& text_of(const Row& row, Figure figure) {
        if (figure == Figure::energy) return row.change;
        return row.sum.empty() ? row.state : row.sum;
    }

    ReadSeries* series_of(const Row& row) {
        if (const auto known = series_.find(row.id); known != series_.end()) return &known->second;
        if (left_out_.contains(row.id)) return nullptr;
        const auto chosen = choices_.find(row.id);
        const auto channel = chosen != choices_.end() ? chosen->second : channel_of_name(row.id);
        const auto unit = unit_of(row);
        if (!unit || unit->is_power) {
            left_out_[row.id] = "its unit is " + visible(row.unit);
        } else if (chosen != choices_.end() && !channel) {
            left_out_[row.id] = "as wished";
        } else if (!channel) {
            left_out_[row.id] = "its name does not say what it counts; --channel does";
        } else {
            ReadSeries series;
            series.channel = *channel;
            series.name = row.id;
            const bool has_register = !row.sum.empty() || !row.state.empty();
            series.figure = has_register ? Figure::register_figure : Figure::energy;
            if (row.is_history) history_.insert(row.id);
            return &(series_[row.id] = std::move(series));
        }
        return nullptr;
    }

    // Statistics are of an hour, short-term ones of five minutes.
    static void give_lengths(ReadSeries& series) {
        std::vector<std::int64_t> starts;
        for (const ReadValue& value : series.values)
            starts.push_back(value.at.local_s);
        std::sort(starts.begin(), starts.end());
        const std::int64_t step_s = usual_step(starts);
        const std::int64_t period_s =
            step_s > 0 ? std::min(step_s, kSecondsPerHour) : kSecondsPerHour;
        for (ReadValue& value : series.values)
            if (value.length_s == 0) value.length_s = period_s;
    }

    const ChannelChoices& choices_;
    ReadFile& file_;
    CsvComplaints& complaints_;
    MarkFinder mark_;
    std::map<std::string, ReadSeries> series_;
    std::set<std::string> history_;
    std::map<std::string, std::string> left_out_;
};

std::string first_written(const Json& item, std::initializer_list<const char*> names) {
    for (const char* name : names)
        if (auto text = written(item.at(name)); !text.empty()) return text;
    return {};
}

Row row_of(const std::string& id, const Json& item, JsonLines& lines) {
    Row row;
    row.start = first_written(item, {"start", "start_ts", "last_changed", "last_updated"});
    row.is_history = item.find("start") == nullptr && item.find("start_ts") == nullptr;
    row.line = lines.next(row.start);
    row.id = id.empty() ? first_written(item, {"statistic_id", "entity_id"}) : id;
    row.end = written(item.at("end"));
    row.change = written(item.at("change"));
    row.sum = written(item.at("sum"));
    row.state = written(item.at("state"));
    row.unit = written(item.at("attributes").at("unit_of_measurement"));
    return row;
}

void read_json(const Json& root, std::string_view text, SensorReader& reader) {
    JsonLines lines(text);
    const auto read_list = [&](std::string id, const Json& list) {
        if (list.as_array() == nullptr) return;
        for (const Json& item : *list.as_array()) {
            Row row = row_of(id, item, lines);
            if (id.empty()) id = row.id;  // in a history only the first state has all members
            reader.read(row);
        }
    };
    if (const auto* lists = root.as_array())
        for (const Json& list : *lists)
            read_list("", list);
    const Json& result = root.find("result") != nullptr ? root.at("result") : root;
    if (const auto* sensors = result.as_object())
        for (const auto& [id, list] : *sensors)
            read_list(id, list);
}

std::optional<std::size_t> first_column(const CsvRow& heading,
                                        std::initializer_list<const char*> names) {
    for (const char* name : names)
        if (const auto column = find_column(heading, name)) return column;
    return std::nullopt;
}

struct Columns {
    explicit Columns(const CsvRow& heading)
        : id(first_column(heading, {"statistic_id", "entity_id", "metadata_id"})),
          start(first_column(heading, {"start", "start_time"})),
          start_ts(first_column(heading, {"start_ts"})),
          changed(first_column(heading, {"last_changed", "last_updated", "last_updated_ts"})),
          change(first_column(heading, {"change", "delta"})),
          sum(first_column(heading, {"sum"})),
          state(first_column(heading, {"state"})),
          unit(first_column(heading, {"unit", "unit_of_measurement"})) {}
    [[nodiscard]] bool fit() const {
        return id && (start || start_ts || changed) && (change || sum || state);
    }

    std::optional<std::size_t> id, start, start_ts, changed, change, sum, state, unit;
};

bool is_heading(const CsvRow& row) {
    return Columns(row).fit();
}

void read_table(const ImportTable& table, std::size_t heading, SensorReader& reader) {
    const Columns columns(table.rows[heading]);
    const auto cell = [&](const CsvRow& row, std::optional<std::size_t> column) {
        return column ? cell_of(row, *column) : std::string();
    };
    for (std::size_t i = heading + 1; i < table.rows.size(); ++i)
        for (const auto& column : {columns.change, columns.sum, columns.state})
            reader.see_number(cell(table.rows[i], column));
    for (std::size_t i = heading + 1; i < table.rows.size(); ++i) {
        const CsvRow& each = table.rows[i];
        Row row;
        row.line = each.line;
        row.id = cell(each, columns.id);
        // The recorder's table has a column of an older schema, which is empty now.
        for (const auto& column : {columns.start, columns.start_ts, columns.changed})
            if (row.start.empty()) row.start = cell(each, column);
        row.is_history = !columns.start && !columns.start_ts;
        row.change = cell(each, columns.change);
        row.sum = cell(each, columns.sum);
        row.state = cell(each, columns.state);
        row.unit = cell(each, columns.unit);
        reader.read(row);
    }
}

bool looks_like_json(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[');
}

}  // namespace

bool fits_home_assistant(std::string_view text) {
    const std::string_view head = text.substr(0, 2000);
    if (!looks_like_json(text))
        return find_row(parse_import_table(text.substr(0, text.find('\n'))), is_heading)
            .has_value();
    const bool has_value = head.find("\"sum\"") != std::string_view::npos ||
                           head.find("\"state\"") != std::string_view::npos ||
                           head.find("\"change\"") != std::string_view::npos;
    return has_value && (head.find("\"start\"") != std::string_view::npos ||
                         head.find("\"last_changed\"") != std::string_view::npos);
}

ReadFile read_home_assistant(const FormatText& input, CsvComplaints& complaints) {
    ReadFile file;
    SensorReader reader(input.choices, file, complaints);
    if (looks_like_json(input.text)) {
        const auto json = parse_json_with_fractions(input.text);
        if (!json) {
            complaints.add(1, "not JSON: " + json.error());
            return file;
        }
        read_json(*json, input.text, reader);
    } else {
        const ImportTable table = parse_import_table(input.text);
        const auto heading = find_row(table, is_heading);
        if (!heading) {
            complaints.add(1, "no heading with statistic_id or entity_id, a time and sum or state");
            return file;
        }
        read_table(table, *heading, reader);
    }
    reader.finish();
    return file;
}

}  // namespace fairfeed::imports
