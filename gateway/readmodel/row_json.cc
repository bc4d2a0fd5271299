#include "gateway/readmodel/row_json.h"

namespace fairfeed {

Json cell_json(const OfficeCell& cell) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
    if (const auto* text = std::get_if<std::string>(&cell)) return *text;
    return {};
}

Json row_json(const OfficeRow& row) {
    const auto& columns = layout_of(row.table).columns;
    Json json = Json::object();
    for (std::size_t i = 0; i < columns.size(); ++i)
        json.set(columns[i].name, cell_json(row.cells[i]));
    return json;
}

}  // namespace fairfeed
