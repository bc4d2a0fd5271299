// SettlementCounts: how many windows the decided blocks have settled without a reading of a meter,
// and how many they have trued up by a late one, since the process began. A plain value.
#pragma once

#include <cstdint>
#include <map>

#include "core/base/ids.h"
#include "core/model/transaction.h"

namespace fairfeed {

struct SettlementCounts {
    std::map<MeterId, std::uint64_t> estimated;
    std::map<MeterId, std::uint64_t> trued_up;

    void count(const Settlement& settlement) {
        for (const SettlementEntry& entry : settlement.entries)
            if (entry.status != EntryStatus::reading) ++estimated[entry.meter];
        for (const ListedReading& late : settlement.late)
            ++trued_up[late.meter];
    }
};

}  // namespace fairfeed
