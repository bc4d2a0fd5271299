#include "edge-node/consensus/signing_permit.h"

namespace fairfeed::consensus {

void SigningPermit::restore(const SafetyRecord& record) {
    halt_ = record.halt;
    silence_ = record.silence;
}

bool SigningPermit::allows(Height height) const {
    return !halt_ && !expects_lost(height);
}

bool SigningPermit::expects_lost(Height height) const {
    return silence_ && (!silence_->until || height <= *silence_->until);
}

bool SigningPermit::mistrust(SilenceReason reason) {
    if (silence_ && !silence_->until) return false;
    silence_ = Silence{reason, std::nullopt};
    return true;
}

bool SigningPermit::bound_mistrust(Height until) {
    if (!silence_ || silence_->until) return false;
    silence_->until = until;
    return true;
}

bool SigningPermit::forgive_mistrust() {
    forgiving_ = true;
    if (!silence_) return false;
    silence_.reset();
    return true;
}

bool SigningPermit::halt(const Halt& halt) {
    if (halt_) return false;
    halt_ = halt;
    return true;
}

void SigningPermit::lost_statement_shown(Height height) {
    if (forgiving_ || expects_lost(height)) return;
    silence_ = Silence{SilenceReason::outdated, std::nullopt};
}

}  // namespace fairfeed::consensus
