// A question to the tables of the read model: some rows of one table, by height and key, a page at
// a time. As SQL with places for the values, which never become part of the text. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/readmodel/tables.h"

namespace fairfeed {

struct OfficeQuery {
    OfficeTable table = OfficeTable::blocks;
    // Columns of the table and what they must be equal to.
    std::vector<std::pair<std::string, OfficeCell>> equal{};
    // A text column and the values of which it must be one; none: no row.
    std::optional<std::pair<std::string, std::vector<std::string>>> among{};
    // The place() of a row: only rows behind it.
    std::vector<OfficeCell> after{};
    std::size_t limit = 100;
    bool newest_first = false;
};

// The columns that order a table: its height, and then its key.
[[nodiscard]] std::vector<std::string> order_of(OfficeTable table);
// The row's cells in those columns.
[[nodiscard]] std::vector<OfficeCell> place_of(const OfficeRow& row);
// The row's cell in the column; NULL if it has no such column.
[[nodiscard]] const OfficeCell& cell_of(const OfficeRow& row, std::string_view column);
[[nodiscard]] const OfficeColumn* column_of(OfficeTable table, std::string_view name);

struct BoundSql {
    std::string text;                // with :v0, :v1, ...
    std::vector<OfficeCell> values;  // of those places
};
// The columns of the query must be the table's.
[[nodiscard]] BoundSql sql_of(const OfficeQuery& query);

}  // namespace fairfeed
