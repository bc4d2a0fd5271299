// What watchers are told of a block: the rows that it brought to the tables that people watch, each
// as an event. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/units.h"
#include "gateway/http/http_message.h"
#include "gateway/readmodel/office_query.h"

namespace fairfeed {

using RowSource = std::function<Result<std::vector<OfficeRow>, std::string>(const OfficeQuery&)>;

// In an order that is the same at every call. Rows of one meter are that meter's business alone.
[[nodiscard]] Result<std::vector<LiveEvent>, std::string> events_of_block(const RowSource& rows,
                                                                          Height height);

}  // namespace fairfeed
