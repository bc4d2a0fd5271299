#include "core/model/transaction.h"

#include <algorithm>
#include <tuple>

namespace fairfeed {

std::vector<ListedReading> listed_readings(const Settlement& settlement) {
    std::vector<ListedReading> listed = settlement.late;
    for (const SettlementEntry& entry : settlement.entries) {
        if (entry.status != EntryStatus::reading) continue;
        listed.push_back({entry.meter, settlement.window, entry.reading});
    }
    std::sort(listed.begin(), listed.end(), [](const ListedReading& a, const ListedReading& b) {
        return std::tie(a.meter, a.window) < std::tie(b.meter, b.window);
    });
    return listed;
}

}  // namespace fairfeed
