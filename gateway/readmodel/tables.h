// The tables of the read model: names, columns and keys, from which the SQL and the exports are
// made. Integers are 64 bits in the units of the names; identities and digests are text. Only what
// SQLite and PostgreSQL share. A change of the layout is a new kReadModelVersion: the rows are made
// again from the ledger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fairfeed {

constexpr std::int64_t kReadModelVersion = 3;

enum class OfficeTable : std::uint8_t {
    blocks,
    transactions,
    nodes,
    committees,
    meters,
    capacities,
    tariffs,
    policies,
    commands,
    settlements,
    bill_lines,
    shares,
    readings,
    evidence,
    alarms,
};

struct OfficeColumn {
    std::string_view name;
    bool is_text = false;
};

struct OfficeLayout {
    OfficeTable table;
    std::string_view name;
    std::size_t key = 1;  // the first so many columns
    std::vector<OfficeColumn> columns;
};

// In the order of OfficeTable. Every table has a column `height`: of the block that made the row
// what it is.
[[nodiscard]] std::span<const OfficeLayout> office_layouts();
[[nodiscard]] const OfficeLayout& layout_of(OfficeTable table);

using OfficeCell = std::variant<std::monostate, std::int64_t, std::string>;  // the first: NULL

// One value for each column.
struct OfficeRow {
    OfficeTable table;
    std::vector<OfficeCell> cells;
    bool operator==(const OfficeRow&) const = default;
};

}  // namespace fairfeed
