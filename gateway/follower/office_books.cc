#include "gateway/follower/office_books.h"

namespace fairfeed {
namespace {

KeyholderAccounts accounts_of(std::optional<Keyholder> keys) {
    return keys ? KeyholderAccounts(std::move(*keys)) : KeyholderAccounts();
}

}  // namespace

OfficeBooks::OfficeBooks(std::optional<Keyholder> keys) : accounts_(accounts_of(std::move(keys))) {}

std::vector<RecomputedSettlement> OfficeBooks::follow(const ReplayStep& step) {
    std::vector<RecomputedSettlement> settlements = accounts_.follow(step);
    for (const ReplayFault& fault : accounts_.faults()) {
        faults_.push_back(fault);
        if (faults_.size() > kFaultsKept) faults_.pop_front();
        ++fault_count_;
    }
    if (step.committed.block.header.height == 0) return settlements;
    for (const TakenOver& taken : accounts_.taken_over())
        for (std::size_t i = 0; i < taken.meters.size(); ++i)
            monitor_.take_over(taken.meters[i], taken.closings[i].state);
    std::vector<OpenedSettlement> opened;
    for (const RecomputedSettlement& settlement : settlements)
        opened.push_back(settlement.opened);
    monitor_.observe(step.before, step.committed.block, step.after, opened);
    return settlements;
}

}  // namespace fairfeed
