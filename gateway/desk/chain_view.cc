#include "gateway/desk/chain_view.h"

#include "core/ledger/replay.h"

namespace fairfeed {
namespace {

Result<void, ReplayFault> look_on(const ReplayStep&) {
    return {};
}

std::string line_of(const std::filesystem::path& ledger, const ReplayFault& fault) {
    return ledger.string() + ": height " + std::to_string(fault.height) + ": " + fault.explanation;
}

}  // namespace

Result<ChainState, std::string> load_chain_state(const LoadedGenesis& genesis,
                                                 const std::filesystem::path& ledger, bool trusts) {
    std::error_code error;
    const bool is_there = std::filesystem::exists(ledger, error);
    if (!is_there && !error) {
        auto state = state_from_genesis(genesis);
        if (!state) return unexpected("genesis: " + std::string(to_string(state.error())));
        return std::move(*state);
    }
    const auto opened = Ledger::open_read_only(ledger, genesis.network);
    if (!opened) return unexpected(opened.error().message);
    auto state = replay(*opened, genesis, {.trust_signatures = trusts}, look_on);
    if (!state) return unexpected(line_of(ledger, state.error()));
    return std::move(*state);
}

Result<ChainState, std::string> ChainView::state() {
    const std::lock_guard alone(mutex_);
    if (!known_ || known_->height == 0) {
        auto state = load_chain_state(genesis_, ledger_, true);
        if (!state) return unexpected(state.error());
        known_ = std::move(*state);
        return *known_;
    }
    const auto ledger = Ledger::open_read_only(ledger_, genesis_.network);
    if (!ledger) return unexpected(ledger.error().message);
    if (ledger->height() == known_->height) return *known_;
    auto state = replay_from(*known_, *ledger, {.trust_signatures = true}, look_on);
    if (!state) return unexpected(line_of(ledger_, state.error()));
    known_ = std::move(*state);
    return *known_;
}

}  // namespace fairfeed
