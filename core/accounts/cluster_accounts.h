// The keyholders' accounts of one cluster: closing states, shares and the profiles that estimates
// come from. Everything in it is recomputed from the chain; it is outside the app hash. Pure.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/accounts/key_ring.h"
#include "core/accounts/true_up.h"
#include "core/base/result.h"
#include "core/crypto/random.h"
#include "core/model/reject.h"
#include "core/state/past_room.h"

namespace fairfeed {

struct LateSpan;

struct OpenedReading {
    SignedReading reading;
    ReadingBody body;
};
using OpenedReadings = std::map<MeterId, OpenedReading>;  // of one window
using HeldReadings = std::map<Window, OpenedReadings>;

struct SettlementDraft {
    std::vector<SettlementEntry> entries;
    SettlementTotals totals;
    std::vector<SettlementLine> lines;
    std::vector<ListedReading> late;
};

// A share and when it binds, known once its settlement is in a block: what its meter is told. Of a
// meter without a share it is the capacity certified for the window the share is for.
struct SettledShare {
    MeterId meter;
    Window window = 0;
    std::int64_t mes_w = 0;
    std::int64_t from_s = 0;
};

class ClusterAccounts {
  public:
    explicit ClusterAccounts(ClusterId cluster) : cluster_(std::move(cluster)) {}

    // Rule 12 against what the accounts know: registers never fall and continue the last closing
    // state (unless the reading says they were reset), profile fits registers, export within
    // generation, powers within twice the connection's rating.
    [[nodiscard]] Result<void, Reject> plausible(const ChainState& state, Window window,
                                                 const MeterId& meter,
                                                 const ReadingBody& body) const;

    // Settles `window` from the readings held: a meter without one is estimated and marked missing,
    // one whose reading is not plausible is estimated and marked conflict (rule 8). Readings of
    // windows before it that may still be taken are listed as late and trued up (rule 7), meter by
    // meter, as many as late_room allows. The same inputs give the same draft on every member.
    [[nodiscard]] Result<SettlementDraft, Reject> draft(const ChainState& state, Window window,
                                                        const HeldReadings& held) const;

    // The readings that draft() would list, ascending by meter, then window.
    [[nodiscard]] std::vector<const OpenedReading*> usable(const ChainState& state, Window window,
                                                           const HeldReadings& held) const;

    // A draft as a signed-to-be Settlement with sealed lines; salts from `random`.
    [[nodiscard]] Result<Settlement, Reject> seal(const ChainState& state, Window window,
                                                  const SettlementDraft& draft,
                                                  const NodeId& proposer, std::uint32_t version,
                                                  std::uint32_t slot, const KeyRing& keys,
                                                  const RandomSource& random) const;

    // A member's check of somebody's settlement: its place (settlement_rules.h), entries, totals
    // and every opened line equal what draft() gives for the readings it lists. `held` has those it
    // lists, and may have others: one that a draft would use beside them is reading_withheld (rule
    // 5). wrong_height: drafted on a state this member has not reached.
    [[nodiscard]] Result<void, Reject> check(const ChainState& state, const Settlement& settlement,
                                             const HeldReadings& held, const KeyRing& keys) const;

    // Of the readings held, those a draft would use beside the ones the settlement lists, and
    // which it does not list: withheld (rule 5).
    [[nodiscard]] std::vector<const OpenedReading*> withheld(const ChainState& state,
                                                             const Settlement& settlement,
                                                             const HeldReadings& held) const;

    // After the block is committed: opens the lines and moves on. header_time_ms is the block's.
    [[nodiscard]] Result<std::vector<SettledShare>, Reject> commit(const ChainState& state,
                                                                   const Settlement& settlement,
                                                                   const HeldReadings& held,
                                                                   std::int64_t header_time_ms,
                                                                   const KeyRing& keys);

    // Its closing states are lost; what estimates come from is not.
    void close();
    // Of a closed accounts: what a committed settlement lists, as far as it can be read.
    void witness(const ChainState& state, Window settled, const HeldReadings& listed);

    // A newcomer's accounts begin after the last settlement, with the closing states handed over,
    // in the order of its lines. header_time_ms: of the block that holds the settlement.
    [[nodiscard]] std::vector<SettledShare> take_over(const ChainState& state,
                                                      const Settlement& settlement,
                                                      const std::vector<MeterClosing>& closings,
                                                      std::int64_t header_time_ms);

    // As commit, but on settlements one trusts because the chain holds them: the lines only, opened
    // and in the order of the entries. Changes nothing.
    [[nodiscard]] static Result<std::vector<SettlementLine>, Reject> open_lines(
        const Settlement& settlement, const KeyRing& keys);

    // Lines of the last committed settlement, opened; ascending meter.
    [[nodiscard]] const std::vector<SettlementLine>& last_lines() const { return last_lines_; }
    [[nodiscard]] const ClosingState* closing(const MeterId& meter) const;

    // The window of the last settlement committed here; nullopt before the first.
    [[nodiscard]] std::optional<Window> last_window() const { return last_window_; }

  private:
    struct Account {
        ClosingState closing;
        std::int64_t capacity_w = 0;           // certified when it was last settled
        std::map<Window, ReadingBody> recent;  // real profiles of the last day, for estimates
    };
    // What draft() settles a meter by, late readings taken in.
    struct Picked {
        MeterId meter;
        TrueUp true_up;
        std::vector<const OpenedReading*> late;
        const OpenedReading* present = nullptr;
        std::uint64_t sequence = 0;     // of the newest reading taken
        std::optional<Reject> refused;  // why the first of those held was not taken
    };

    [[nodiscard]] ClosingState opening(const ChainState& state, const MeterId& meter) const;
    [[nodiscard]] Result<void, Reject> take(const ChainState& state, Window window, Window settled,
                                            const OpenedReading& opened, Picked& picked) const;
    [[nodiscard]] Picked pick(const ChainState& state, Window window, const MeterId& meter,
                              const HeldReadings& held, std::size_t room) const;
    [[nodiscard]] std::vector<Picked> pick_all(const ChainState& state, Window window,
                                               const HeldReadings& held) const;
    [[nodiscard]] const ReadingBody* estimate_from(const ChainState& state, Window window,
                                                   const Picked& picked) const;
    [[nodiscard]] SettlementLine start_line(const ChainState& state, Window window,
                                            const Picked& picked, const PastRoom& room) const;
    [[nodiscard]] Result<SettlementDraft, Reject> settle(const ChainState& state, Window window,
                                                         std::vector<Picked> picked) const;
    [[nodiscard]] SettledShare move_on(const ChainState& state, Window settled,
                                       const MeterId& meter, const MeterClosing& closing,
                                       std::int64_t header_time_ms);
    void remember(const ChainState& state, Window settled, const HeldReadings& listed);

    ClusterId cluster_;
    std::map<MeterId, Account> accounts_;
    std::vector<SettlementLine> last_lines_;
    std::optional<Window> last_window_;
};

// The readings that a settlement lists, out of those held; reading_not_held.
[[nodiscard]] Result<HeldReadings, Reject> listed_of(const Settlement& settlement,
                                                     const HeldReadings& held);

// Opens a reading with the ring's key for its meter and epoch.
[[nodiscard]] Result<ReadingBody, Reject> open_with(const KeyRing& keys,
                                                    const SignedReading& reading);

}  // namespace fairfeed
