#include "core/state/selection_order.h"

#include <algorithm>
#include <tuple>

#include "core/state/registry.h"

namespace fairfeed {

std::vector<const Transaction*> registry_by_sequence(std::span<const Transaction* const> waiting) {
    std::vector<const Transaction*> found;
    for (const Transaction* transaction : waiting) {
        if (is_dgmd_kind(transaction->kind)) found.push_back(transaction);
    }
    // What DGMD says alone never takes a number from a notice that the officers approved.
    const auto place = [](const Transaction* notice) {
        return std::pair(registry_sequence(notice->content), is_by_policy(*notice));
    };
    std::stable_sort(found.begin(), found.end(),
                     [&place](const auto* a, const auto* b) { return place(a) < place(b); });
    return found;
}

std::vector<const Transaction*> settlements_by_place(std::span<const Transaction* const> waiting) {
    std::vector<const Transaction*> found;
    for (const Transaction* transaction : waiting) {
        if (std::holds_alternative<Settlement>(transaction->content)) found.push_back(transaction);
    }
    const auto place = [](const Transaction* transaction) {
        const auto& settlement = std::get<Settlement>(transaction->content);
        return std::tuple(settlement.cluster, settlement.window, settlement.version,
                          transaction->id);
    };
    std::stable_sort(found.begin(), found.end(),
                     [&place](const auto* a, const auto* b) { return place(a) < place(b); });
    return found;
}

}  // namespace fairfeed
