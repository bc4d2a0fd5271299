// The fold under the read model: the rows that one decided block adds or replaces. A function of
// the block, the state after it and what DGMD opened of it; so a ledger gives the same rows however
// often it is folded. Pure.
#pragma once

#include <vector>

#include "gateway/follower/office_books.h"
#include "gateway/readmodel/tables.h"

namespace fairfeed {

// A wrong settlement stands among the alarms behind every transaction of its block.
constexpr std::int64_t kFirstFaultPosition = 1'000'000;

[[nodiscard]] std::vector<OfficeRow> rows_of(const OpenedBlock& opened);

}  // namespace fairfeed
