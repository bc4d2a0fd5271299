// The keyholders' accounts of one cluster: closing states, shares, the profiles on which estimates
// are based, and the history from which shares are forecast. All of it is recomputed from the chain
// and outside the app hash. Pure.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/accounts/key_ring.h"
#include "core/accounts/true_up.h"
#include "core/base/result.h"
#include "core/contract/share_schedule.h"
#include "core/crypto/random.h"
#include "core/model/reject.h"
#include "core/state/past_room.h"

namespace fairfeed {

struct LateSpan;
struct SettlementInput;

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
    ShareBasis basis = ShareBasis::previous_window;
    Factors factors;
    Factors bound;
};

// A share and the time at which it binds, as stated to the meter (SHARE). Both are known once the
// settlement is in a block.
struct SettledShare {
    MeterId meter;
    Window window = 0;  // the settled one
    // Without factors the share, at most the capacity certified for the window that the share is
    // for; of a meter without a share that capacity. With factors the power to which they apply, as
    // it was settled.
    std::int64_t mes_w = 0;
    std::int64_t from_s = 0;
    // Of the window that the share is for. Empty: one share for the whole window, or no share.
    Factors factors = {};
};

// What the shares of a settlement depend on beside its lines: facts of the block that holds it.
// They are the same for whoever learns the shares later.
struct SettlingBlock {
    std::int64_t time_ms = 0;  // of its header
    // Of the lines' meters: certified for the window that the shares are for, as the chain says
    // after the block.
    std::vector<std::int64_t> capacities_w;
};
[[nodiscard]] SettlingBlock settling_block(const ChainState& after, const Settlement& settlement,
                                           std::int64_t time_ms);

class ClusterAccounts {
  public:
    explicit ClusterAccounts(ClusterId cluster) : cluster_(std::move(cluster)) {}

    // Checks a reading against the accounts (rule 12): registers never fall and continue the last
    // closing state (unless the reading reports a reset), the profile fits the registers, export is
    // within generation, powers are within twice the connection's rating.
    [[nodiscard]] Result<void, Reject> plausible(const ChainState& state, Window window,
                                                 const MeterId& meter,
                                                 const ReadingBody& body) const;

    // Settles `window` from the readings held. A meter without a reading is estimated and marked
    // missing, and so is a meter with an implausible reading; a meter is marked conflict where
    // EVIDENCE on the chain has voided the window (rules 3 and 8). Readings of earlier windows that
    // may still be accepted are listed as late and trued up (rule 7), meter by meter, as many as
    // late_room allows. Every member computes the same draft from the same inputs.
    [[nodiscard]] Result<SettlementDraft, Reject> draft(const ChainState& state, Window window,
                                                        const HeldReadings& held) const;

    // The readings that draft() would list, ascending by meter, then window.
    [[nodiscard]] std::vector<const OpenedReading*> usable(const ChainState& state, Window window,
                                                           const HeldReadings& held) const;

    // Turns a draft into a Settlement with sealed lines, ready to be signed. Salts come from
    // `random`.
    [[nodiscard]] Result<Settlement, Reject> seal(const ChainState& state, Window window,
                                                  const SettlementDraft& draft,
                                                  const NodeId& proposer, std::uint32_t version,
                                                  std::uint32_t slot, const KeyRing& keys,
                                                  const RandomSource& random) const;

    // A member's check of another member's settlement: its place (settlement_rules.h), and that
    // entries, totals and every opened line equal the result of draft() on the listed readings.
    // `held` must contain the listed readings and may contain more. reading_withheld: a draft would
    // use another reading of `held` as well (rule 5). wrong_height: drafted on a state that this
    // member has not reached.
    [[nodiscard]] Result<void, Reject> check(const ChainState& state, const Settlement& settlement,
                                             const HeldReadings& held, const KeyRing& keys) const;

    // The readings held that a draft would use but the settlement does not list (rule 5).
    [[nodiscard]] std::vector<const OpenedReading*> withheld(const ChainState& state,
                                                             const Settlement& settlement,
                                                             const HeldReadings& held) const;

    // Advances the accounts after the block is committed: opens the lines. header_time_ms is the
    // block's.
    [[nodiscard]] Result<std::vector<SettledShare>, Reject> commit(const ChainState& state,
                                                                   const Settlement& settlement,
                                                                   const HeldReadings& held,
                                                                   std::int64_t header_time_ms,
                                                                   const KeyRing& keys);

    // Closes the accounts: drops the closing states, keeps the profiles for estimates.
    void close();
    // Reads what it can of a settlement's lines and listed readings while the accounts are closed.
    void witness(const ChainState& state, const Settlement& settlement, const HeldReadings& listed,
                 const KeyRing& keys);

    // Opens the accounts of a newcomer after the last settlement, from the closing states handed
    // over, in the order of the settlement's lines. `block`: of that settlement.
    [[nodiscard]] std::vector<SettledShare> take_over(const ChainState& state,
                                                      const Settlement& settlement,
                                                      const std::vector<MeterClosing>& closings,
                                                      const SettlingBlock& block);

    // Opens the lines of a settlement on the chain, in the order of its entries, without
    // recomputing them. Changes nothing.
    [[nodiscard]] static Result<std::vector<SettlementLine>, Reject> open_lines(
        const Settlement& settlement, const KeyRing& keys);

    // The opened lines of the last committed settlement; ascending meter.
    [[nodiscard]] const std::vector<SettlementLine>& last_lines() const { return last_lines_; }
    [[nodiscard]] const ClosingState* closing(const MeterId& meter) const;

    // The window of the last settlement committed here; nullopt before the first.
    [[nodiscard]] std::optional<Window> last_window() const { return last_window_; }

    // books_codec.h.
    void write(cbor::Writer& out) const;
    [[nodiscard]] static ClusterAccounts read(cbor::Reader& in, ClusterId cluster);

  private:
    struct Account {
        ClosingState closing;
        std::int64_t capacity_w = 0;           // capacity certified at the last settlement
        std::map<Window, ReadingBody> recent;  // real profiles of the last day, for estimates
    };
    // The figures from which draft() settles a meter, with late readings applied.
    struct Picked {
        MeterId meter;
        TrueUp true_up;
        std::vector<const OpenedReading*> late;
        const OpenedReading* present = nullptr;
        const ReadingBody* estimate = nullptr;  // without a present reading; nullptr: zeros
        std::uint64_t sequence = 0;             // of the newest accepted reading
        std::optional<Reject> refused;          // the reason for the first refusal among those held
    };

    [[nodiscard]] ClosingState opening(const ChainState& state, const MeterId& meter) const;
    [[nodiscard]] Result<void, Reject> take(const ChainState& state, Window window, Window settled,
                                            const OpenedReading& opened, Picked& picked) const;
    [[nodiscard]] Picked pick(const ChainState& state, Window window, const MeterId& meter,
                              const HeldReadings& held, std::size_t room) const;
    [[nodiscard]] std::vector<Picked> pick_all(const ChainState& state, Window window,
                                               const HeldReadings& held) const;
    void close_replaced(const ChainState& state, Window window, Picked& picked) const;
    [[nodiscard]] bool is_lost(const ChainState& state, const MeterId& meter) const;
    [[nodiscard]] const ReadingBody* estimate_from(const ChainState& state, Window window,
                                                   const Picked& picked) const;
    [[nodiscard]] SettlementLine start_line(const ChainState& state, Window window,
                                            const Picked& picked, const PastRoom& room) const;
    [[nodiscard]] Result<SettlementDraft, Reject> settle(const ChainState& state, Window window,
                                                         std::vector<Picked> picked) const;
    [[nodiscard]] std::optional<PlannedShares> plan(const ChainState& state, Window window,
                                                    const SettlementInput& input) const;
    // `line`: the index of the meter's line.
    [[nodiscard]] SettledShare move_on(const ChainState& state, const Settlement& settlement,
                                       std::size_t line, const MeterClosing& closing,
                                       const SettlingBlock& block);
    void learn(const ChainState& state, const Settlement& settlement,
               const std::vector<SettlementLine>& lines, const HeldReadings& listed);
    void remember(const ChainState& state, Window settled, const HeldReadings& listed);

    ClusterId cluster_;
    std::map<MeterId, Account> accounts_;
    std::vector<SettlementLine> last_lines_;
    std::optional<Window> last_window_;
    ClusterHistory history_;               // of the windows from history_since_ on
    std::optional<Window> history_since_;  // nullopt: nothing observed yet
};

// The readings that a settlement lists, out of those held; reading_not_held.
[[nodiscard]] Result<HeldReadings, Reject> listed_of(const Settlement& settlement,
                                                     const HeldReadings& held);

// Opens a reading with the ring's key for its meter and epoch.
[[nodiscard]] Result<ReadingBody, Reject> open_with(const KeyRing& keys,
                                                    const SignedReading& reading);

}  // namespace fairfeed
