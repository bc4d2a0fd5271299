// A meter's account put right once it is read again (committee rules 7 and 8): what was billed for
// windows without a reading gives way to what was measured. A window with a late reading is billed
// by its own profile, rates and shares, in whatever order such readings come; the windows between
// two readings by the difference of their registers. The closing state goes on in place; nothing
// that was settled is opened again. Pure integers; the caller hands in plausible readings only.
// docs/contract.md, "True-up".
#pragma once

#include "core/model/reading.h"
#include "core/state/state.h"

namespace fairfeed {

// The windows without a reading around this one, as far as they are known: a gap, or what lies
// between the last reading and the end of the window. nullopt: it was read, or is forgotten.
[[nodiscard]] std::optional<RegisterGap> run_around(const ClosingState& closing, Window window);

class TrueUp {
  public:
    // `closing`: after the meter's last settlement. `state` outlives this and is that of the draft.
    TrueUp(const ChainState& state, MeterId meter, ClosingState closing);

    // A reading of a settled window that was not read, before or after others that were: the window
    // itself by its profile, what is left on both sides of it by registers. false: such a window is
    // not known, or a sum is beyond 64 bits; nothing has changed.
    [[nodiscard]] bool take_late(Window window, const ReadingBody& body);
    // The reading of the window being settled: only what lies before it. The first reading closes
    // the gap since the meter was installed, which may lie before its first window and then bears
    // that window's rate.
    [[nodiscard]] bool take_present(Window window, const ReadingBody& body);
    // How many windows in a row before this one have no reading.
    [[nodiscard]] std::uint32_t unread_before(Window window) const;
    [[nodiscard]] const ClosingState& closing() const { return closing_; }
    [[nodiscard]] const Adjustment& adjustment() const { return adjustment_; }

  private:
    // Energy, and what it costs and earns in thousandths of a micro.
    struct Figures {
        Int128 import_wh = 0, export_wh = 0, generation_wh = 0, credited_wh = 0;
        Int128 cost = 0, worth = 0;
        void add(const Figures& more, int sign);
    };
    [[nodiscard]] std::int64_t dearest_import_rate(Window first, Window end) const;
    [[nodiscard]] Figures estimated(const RegisterGap& run) const;
    [[nodiscard]] Figures between_registers(const RegisterGap& run) const;
    [[nodiscard]] Figures figures_of(const RegisterGap& run) const;
    [[nodiscard]] Figures measured(Window window, const Profile& profile) const;
    [[nodiscard]] bool take(Window window, const ReadingBody& body, bool is_late);
    void divide(const RegisterGap& run, RegisterGap left, RegisterGap right);
    [[nodiscard]] bool correct(const Figures& figures);

    const ChainState* state_;
    MeterId meter_;
    ClosingState closing_;
    Adjustment adjustment_;
};

}  // namespace fairfeed
