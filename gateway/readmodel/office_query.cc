#include "gateway/readmodel/office_query.h"

#include <algorithm>

#include "core/base/check.h"

namespace fairfeed {
namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const std::string& part : parts)
        out.append(out.empty() ? "" : separator).append(part);
    return out;
}

}  // namespace

std::vector<std::string> order_of(OfficeTable table) {
    const OfficeLayout& layout = layout_of(table);
    std::vector<std::string> order = {"height"};
    for (std::size_t i = 0; i < layout.key; ++i)
        if (layout.columns[i].name != "height") order.emplace_back(layout.columns[i].name);
    return order;
}

const OfficeColumn* column_of(OfficeTable table, std::string_view name) {
    const auto& columns = layout_of(table).columns;
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const OfficeColumn& each) { return each.name == name; });
    return found == columns.end() ? nullptr : &*found;
}

const OfficeCell& cell_of(const OfficeRow& row, std::string_view column) {
    static const OfficeCell kNull;
    const auto& columns = layout_of(row.table).columns;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].name == column) return row.cells[i];
    return kNull;
}

std::vector<OfficeCell> place_of(const OfficeRow& row) {
    std::vector<OfficeCell> place;
    for (const std::string& column : order_of(row.table))
        place.push_back(cell_of(row, column));
    return place;
}

BoundSql sql_of(const OfficeQuery& query) {
    const OfficeLayout& layout = layout_of(query.table);
    BoundSql sql;
    const auto place = [&](OfficeCell value) {
        sql.values.push_back(std::move(value));
        return ":v" + std::to_string(sql.values.size() - 1);
    };
    std::vector<std::string> names;
    for (const OfficeColumn& column : layout.columns)
        names.emplace_back(column.name);
    std::vector<std::string> conditions;
    for (const auto& [column, value] : query.equal) {
        CHECK(column_of(query.table, column) != nullptr);
        conditions.push_back(column + " = " + place(value));
    }
    if (query.among) {
        CHECK(column_of(query.table, query.among->first) != nullptr);
        std::vector<std::string> places;
        for (const std::string& value : query.among->second)
            places.push_back(place(value));
        conditions.push_back(
            places.empty() ? "1 = 0" : query.among->first + " in (" + joined(places, ", ") + ")");
    }
    const std::vector<std::string> order = order_of(query.table);
    if (!query.after.empty()) {
        CHECK(query.after.size() == order.size());
        std::vector<std::string> places;
        for (const OfficeCell& value : query.after)
            places.push_back(place(value));
        conditions.push_back("(" + joined(order, ", ") + ") " + (query.newest_first ? "<" : ">") +
                             " (" + joined(places, ", ") + ")");
    }
    sql.text = "select " + joined(names, ", ") + " from " + std::string(layout.name);
    if (!conditions.empty()) sql.text += " where " + joined(conditions, " and ");
    sql.text += " order by " + joined(order, query.newest_first ? " desc, " : ", ") +
                (query.newest_first ? " desc" : "") + " limit " + std::to_string(query.limit);
    return sql;
}

}  // namespace fairfeed
