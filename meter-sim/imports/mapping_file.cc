#include "meter-sim/imports/mapping_file.h"

#include <algorithm>
#include <utility>

#include "core/io/yaml_file.h"
#include "meter-sim/imports/column_reader.h"

namespace fairfeed::imports {

namespace {

constexpr std::size_t kHead = 20'000;  // bytes that hold the heading

using Channels = std::vector<std::pair<std::string_view, Channel>>;

const Channels& channels() {
    static const Channels kChannels = {{"import", Channel::imported},
                                       {"export", Channel::exported},
                                       {"pv", Channel::generation},
                                       {"load", Channel::load}};
    return kChannels;
}

std::vector<std::string> one_or_two(const YamlView& view, std::string_view first,
                                    std::string_view second) {
    std::vector<std::string> columns;
    if (const auto name = view.optional_text(first)) columns.push_back(*name);
    if (const auto name = view.optional_text(second)) {
        if (columns.empty())
            view.fail(second,
                      "'" + std::string(second) + "' goes with '" + std::string(first) + "'");
        columns.push_back(*name);
    }
    return columns;
}

void read_time(const YamlView& view, Mapping& mapping) {
    mapping.time = one_or_two(view, "column", "clock_column");
    if (mapping.time.empty()) view.fail("'time' needs 'column', the heading of the times");
    mapping.end = one_or_two(view, "end_column", "end_clock_column");
    mapping.end_stamped =
        view.optional_choice<bool>("stamp", {{"start", false}, {"end", true}}).value_or(false);
    if (mapping.end_stamped && !mapping.end.empty())
        view.fail("stamp", "with 'end_column' the time is the start: leave 'stamp' out");
    mapping.order =
        view.optional_choice<DateOrder>("order", {{"day_first", DateOrder::day_first},
                                                  {"month_first", DateOrder::month_first}})
            .value_or(DateOrder::day_first);
    mapping.length_s = view.optional_int("step_minutes", 1, 60).value_or(0) * 60;
    mapping.zone = view.optional_text("zone").value_or("");
}

MappedColumn read_column(const YamlView& view) {
    MappedColumn column;
    column.heading = view.require_text("column");
    if (const auto channel = view.optional_choice<Channel>("register", channels())) {
        column.channel = *channel;
    } else if (!view.has("register")) {
        view.fail("'register' is missing: import, export, pv or load");
    }
    column.negative = view.optional_choice<Channel>("negative", channels());
    if (const auto unit = view.optional_text("unit")) {
        column.unit = parse_unit(*unit);
        if (!column.unit) view.fail("unit", "'unit' must be kWh, Wh, MWh, kW or W");
    }
    column.cumulative = view.optional_bool("cumulative").value_or(false);
    column.reversed =
        view.optional_choice<bool>("sign", {{"as_written", false}, {"reversed", true}})
            .value_or(false);
    if (column.cumulative && column.negative)
        view.fail("negative", "a cumulative register only counts up: leave 'negative' out");
    if (column.cumulative && column.unit && column.unit->is_power)
        view.fail("unit", "a cumulative register counts energy, not power");
    return column;
}

Result<Mapping, std::vector<std::string>> read(const YamlDocument& document) {
    const YamlView root = document.root();
    Mapping mapping;
    read_time(root.require_map("time"), mapping);
    mapping.mark = root.optional_choice<DecimalMark>(
        "decimal", {{"point", DecimalMark::point}, {"comma", DecimalMark::comma}});
    mapping.home = root.optional_text("home_column").value_or("");
    for (const YamlView& view : root.require_list("columns"))
        mapping.columns.push_back(read_column(view));
    if (root.has("columns") && mapping.columns.empty())
        root.fail("columns", "'columns' names no register");
    if (auto errors = document.finish(); !errors.empty()) return unexpected(std::move(errors));
    return mapping;
}

std::optional<std::size_t> find_heading(const Mapping& mapping, const ImportTable& table) {
    return find_row(table, [&](const CsvRow& row) {
        return std::all_of(mapping.time.begin(), mapping.time.end(),
                           [&](const auto& name) { return find_column(row, name).has_value(); });
    });
}

class PlanMaker {
  public:
    PlanMaker(const Mapping& mapping, const ImportTable& table, CsvComplaints& complaints)
        : mapping_(mapping), table_(table), complaints_(complaints) {}

    std::optional<ColumnPlan> make() {
        const auto heading = find_heading(mapping_, table_);
        if (!heading) {
            complaints_.add(
                1, "no heading with the column '" + mapping_.time[0] + "' that the mapping names");
            return std::nullopt;
        }
        plan_.heading = *heading;
        plan_.at = places_of(mapping_.time);
        plan_.end = places_of(mapping_.end);
        plan_.end_stamped = mapping_.end_stamped;
        plan_.order = mapping_.order;
        plan_.length_s = mapping_.length_s;
        plan_.mark = mapping_.mark;
        if (!mapping_.home.empty()) plan_.home = place_of(mapping_.home);
        for (const MappedColumn& column : mapping_.columns)
            add(column);
        if (!complaints_.empty()) return std::nullopt;
        return plan_;
    }

  private:
    [[nodiscard]] const CsvRow& names() const { return table_.rows[plan_.heading]; }

    std::size_t place_of(const std::string& name) {
        const auto found = find_column(names(), name);
        if (!found) {
            std::string there;
            for (const std::string& each : names().cells)
                there += (there.empty() ? "" : ", ") + visible(each);
            complaints_.add(names().line, "no column '" + name + "'; there are " + there);
        }
        return found.value_or(0);
    }

    std::vector<std::size_t> places_of(const std::vector<std::string>& columns) {
        std::vector<std::size_t> places;
        for (const std::string& name : columns)
            places.push_back(place_of(name));
        return places;
    }

    void add(const MappedColumn& column) {
        const std::size_t place = place_of(column.heading);
        const auto unit = column.unit ? column.unit : unit_of_heading(column.heading);
        if (!unit) {
            complaints_.add(names().line, in_column(names(), place) +
                                              "the heading names no unit: say 'unit' in the "
                                              "mapping");
            return;
        }
        plan_.values.push_back({place, column.channel, column.negative, *unit,
                                column.cumulative ? Figure::register_figure : Figure::energy,
                                column.reversed});
    }

    const Mapping& mapping_;
    const ImportTable& table_;
    CsvComplaints& complaints_;
    ColumnPlan plan_;
};

}  // namespace

Result<Mapping, std::vector<std::string>> load_mapping(const std::filesystem::path& file) {
    const auto document = YamlDocument::load(file);
    if (!document) return unexpected(document.error());
    return read(*document);
}

Result<Mapping, std::vector<std::string>> parse_mapping(const std::filesystem::path& file,
                                                        std::string_view text) {
    const auto document = YamlDocument::parse(file, text);
    if (!document) return unexpected(document.error());
    return read(*document);
}

bool fits_mapping(const Mapping& mapping, std::string_view text) {
    return find_heading(mapping, parse_import_table(text.substr(0, kHead))).has_value();
}

ReadFile read_mapped(const Mapping& mapping, std::string_view text, CsvComplaints& complaints) {
    ReadFile file;
    file.format = "map";
    file.zone = mapping.zone;
    const ImportTable table = parse_import_table(text);
    const auto plan = PlanMaker(mapping, table, complaints).make();
    if (plan) read_columns(table, *plan, file, complaints);
    return file;
}

}  // namespace fairfeed::imports
