// Rows of the read model as JSON, for the API and the exports alike. Pure.
#pragma once

#include "core/io/json.h"
#include "gateway/readmodel/tables.h"

namespace fairfeed {

[[nodiscard]] Json cell_json(const OfficeCell& cell);  // NULL: null
[[nodiscard]] Json row_json(const OfficeRow& row);     // its cells by the names of the columns

}  // namespace fairfeed
