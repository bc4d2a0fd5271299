#include "edge-node/committee/findings.h"

#include <utility>

#include "core/wire/evidence_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxAlarms = 64;

}  // namespace

void Findings::two_readings(const SignedReading& one, const SignedReading& other,
                            const Digest& network) {
    evidence_.push_back(
        make_evidence(Offence::two_readings, one.envelope, other.envelope, network));
}

void Findings::two_batches(const Transaction& one, const Transaction& other,
                           const Digest& network) {
    evidence_.push_back(
        make_evidence(Offence::two_batches, signed_envelope(one), signed_envelope(other), network));
}

std::vector<Result<Transaction, Reject>> Findings::take_evidence() {
    return std::exchange(evidence_, {});
}

void Findings::alarm(std::string words) {
    if (alarms_.size() < kMaxAlarms) alarms_.push_back(std::move(words));
}

void Findings::alarm(const ReplayFault& fault) {
    alarm("block " + std::to_string(fault.height) + ": " + fault.reason + ": " + fault.explanation);
}

void Findings::count_objection(const std::string& reason) {
    ++objections_[reject_named(reason) ? reason : "other"];
}

}  // namespace fairfeed
