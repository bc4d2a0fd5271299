#include "gateway/api/live_events.h"

#include "gateway/readmodel/row_json.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxRows = 100'000;

struct WatchedTable {
    OfficeTable table;
    std::string_view kind;
    std::string_view owned_by;  // the column of the meter; empty: everybody's
};

constexpr WatchedTable kWatched[] = {
    {OfficeTable::blocks, "block", ""},
    {OfficeTable::tariffs, "tariff", ""},
    {OfficeTable::policies, "policy", ""},
    {OfficeTable::settlements, "settlement", ""},
    {OfficeTable::evidence, "evidence", ""},
    {OfficeTable::alarms, "alarm", "subject"},
    {OfficeTable::capacities, "capacity", "meter"},
    {OfficeTable::commands, "command", "meter"},
    {OfficeTable::shares, "share", "meter"},
    {OfficeTable::bill_lines, "bill_line", "meter"},
};

}  // namespace

Result<std::vector<LiveEvent>, std::string> events_of_block(const RowSource& rows, Height height) {
    std::vector<LiveEvent> events;
    for (const WatchedTable& watched : kWatched) {
        const auto found = rows({.table = watched.table,
                                 .equal = {{"height", static_cast<std::int64_t>(height)}},
                                 .limit = kMaxRows});
        if (!found) return unexpected(found.error());
        for (const OfficeRow& row : *found) {
            LiveEvent event{height, events.size(), std::string(watched.kind), row_json(row).dump(),
                            ""};
            if (!watched.owned_by.empty()) {
                const OfficeCell& meter = cell_of(row, watched.owned_by);
                if (const auto* name = std::get_if<std::string>(&meter)) event.meter = *name;
            }
            events.push_back(std::move(event));
        }
    }
    return events;
}

}  // namespace fairfeed
