#include "gateway/commands/last_reading.h"

#include "core/ledger/replay.h"

namespace fairfeed {

Result<std::optional<LastReading>, std::string> find_last_reading(
    const std::filesystem::path& ledger, const LoadedGenesis& genesis, Keyholder holder,
    const MeterId& meter) {
    const auto opened = Ledger::open_read_only(ledger, genesis.network);
    if (!opened) return unexpected(opened.error().message);
    KeyholderAccounts accounts(std::move(holder));
    const auto state = replay(*opened, genesis, {.trust_signatures = true, .keep_before = true},
                              [&](const ReplayStep& step) {
                                  (void)accounts.follow(step);
                                  return Result<void, ReplayFault>();
                              });
    if (!state) {
        return unexpected(ledger.string() + ": height " + std::to_string(state.error().height) +
                          ": " + state.error().explanation);
    }
    const MeterRecord& record = state->meters.at(meter);
    const auto cluster = accounts.clusters().find(record.registration.cluster);
    if (!record.last_window || cluster == accounts.clusters().end())
        return std::optional<LastReading>();
    const ClosingState* closing = cluster->second.closing(meter);
    if (closing == nullptr) return std::optional<LastReading>();
    return std::optional(
        LastReading{closing->registers, closing->unread_from, closing->missed > 0});
}

}  // namespace fairfeed
