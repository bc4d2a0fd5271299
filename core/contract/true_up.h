// A meter's account put right once it is read again (committee rules 7 and 8): what was billed for
// windows without a reading gives way to what was measured. A window with a late reading is billed
// by its own profile, the windows between two readings by the difference of their registers. The
// closing state goes on in place; nothing that was settled is opened again. Pure integers; the
// caller hands in plausible readings only. docs/contract.md, "True-up".
#pragma once

#include "core/contract/state.h"
#include "core/model/reading.h"

namespace fairfeed {

// The share in force at start_s, and all that follow it.
[[nodiscard]] ShareSchedule shares_since(const ShareSchedule& shares, std::int64_t start_s);

class TrueUp {
  public:
    // `closing`: after the meter's last settlement. `state` outlives this and is that of the draft.
    TrueUp(const ChainState& state, MeterId meter, ClosingState closing);

    // A reading that came late, of a window after all that were read: first what lies between, by
    // registers and at the tariff of the last window of the gap, then the window itself, at its own
    // tariff and under the share that bound then. The first reading closes the gap since the meter
    // was installed, which may lie before its first window and then bears that window's tariff.
    // false: a sum beyond 64 bits; nothing has changed.
    [[nodiscard]] bool take_late(Window window, const ReadingBody& body);
    // The reading of the window being settled: only what lies before it.
    [[nodiscard]] bool take_present(Window window, const ReadingBody& body);
    // How many windows in a row before this one have no reading.
    [[nodiscard]] std::uint32_t unread_before(Window window) const;
    [[nodiscard]] const ClosingState& closing() const { return closing_; }
    [[nodiscard]] const Adjustment& adjustment() const { return adjustment_; }

  private:
    struct Energy {
        Int128 import_wh = 0, export_wh = 0, generation_wh = 0, credited_wh = 0;
    };
    [[nodiscard]] std::int64_t share_w(std::int64_t capacity_w, std::int64_t quarter_s) const;
    [[nodiscard]] Int128 allowed_wh(Window window) const;
    [[nodiscard]] Energy billed(Window first, Window end) const;
    [[nodiscard]] bool take(Window window, const ReadingBody& body, bool is_late);
    [[nodiscard]] bool close_gap(Window before, const ReadingBody& body);
    [[nodiscard]] bool replace_window(Window window, const Profile& profile);
    [[nodiscard]] bool correct(const Energy& measured, const Energy& billed, const Tariff& tariff);

    const ChainState* state_;
    MeterId meter_;
    ClosingState closing_;
    Adjustment adjustment_;
};

}  // namespace fairfeed
