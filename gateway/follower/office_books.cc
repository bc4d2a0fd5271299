#include "gateway/follower/office_books.h"

#include "core/accounts/books_codec.h"

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

void OfficeBooks::write(cbor::Writer& out) const {
    out.array(4);
    accounts_.write(out);
    monitor_.write(out);
    out.array(faults_.size());
    for (const ReplayFault& fault : faults_) {
        out.array(3);
        out.unsigned_integer(fault.height);
        out.bytes(as_bytes(fault.reason));
        out.bytes(as_bytes(fault.explanation));
    }
    out.unsigned_integer(fault_count_);
}

OfficeBooks OfficeBooks::read(cbor::Reader& in, std::optional<Keyholder> keys) {
    OfficeBooks books{std::nullopt};
    in.array_of(4);
    books.accounts_ = KeyholderAccounts::read(in, std::move(keys));
    books.monitor_ = InvariantMonitor::read(in);
    const std::size_t faults = in.array();
    for (std::size_t i = 0; i < faults && in.ok(); ++i) {
        in.array_of(3);
        const Height height = in.unsigned_integer();
        std::string reason(as_text(in.bytes()));
        books.faults_.push_back({height, std::move(reason), std::string(as_text(in.bytes()))});
    }
    books.fault_count_ = in.unsigned_integer();
    return books;
}

}  // namespace fairfeed
