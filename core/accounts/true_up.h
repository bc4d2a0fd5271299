// True-up of a meter that is read again (committee rules 7 and 8): measured figures replace what
// was billed for windows without a reading. A window with a late reading is billed by its own
// profile, rates and shares, in whatever order such readings come. The windows between two readings
// are billed by the difference of their registers. The closing state is updated; settlements that
// are on the chain stay as they are. Pure integers; the caller passes plausible readings only.
// docs/contract.md, "True-up".
#pragma once

#include "core/model/reading.h"
#include "core/state/state.h"

namespace fairfeed {

// The known windows without a reading around this one: a gap, or the windows from the last reading
// to the end of the window. nullopt: the window has a reading, or is forgotten.
[[nodiscard]] std::optional<RegisterGap> run_around(const ClosingState& closing, Window window);

class TrueUp {
  public:
    // `closing`: after the meter's last settlement. `state` outlives this object and is the
    // draft's.
    TrueUp(const ChainState& state, MeterId meter, ClosingState closing);

    // Applies a reading of a settled window that had none, before or after other readings. The
    // window is billed by its profile, the remaining windows on both sides by registers. false, and
    // nothing is changed: the window is not in a known gap, or a sum exceeds 64 bits.
    [[nodiscard]] bool take_late(Window window, const ReadingBody& body);
    // Applies the reading of the window being settled to the windows before it. The first reading
    // closes the gap since the meter was installed. That gap may lie before the meter's first
    // window, and is then billed at that window's rate.
    [[nodiscard]] bool take_present(Window window, const ReadingBody& body);
    // What the line of a window without a reading bills, if it takes this profile; nullopt: beyond
    // 64 bits.
    [[nodiscard]] std::optional<EstimatedWindow> estimate_of(Window window,
                                                             const ReadingBody& body) const;
    // Closes the account of a replaced meter with the registers of the permit, in the settlement of
    // its last window, of which there is no reading. `billed`: what the line bills for this window;
    // nullopt: nothing. Where a closing register is below the last reading's, the reading stands;
    // the permit counts up to kMaxGapWh above it. false, and nothing is changed: a sum exceeds 64
    // bits.
    [[nodiscard]] bool close(Window last, const Registers& closing,
                             const std::optional<EstimatedWindow>& billed);
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
    [[nodiscard]] std::int64_t dearest_import_rate(const Tariff& tariff, Window first,
                                                   Window end) const;
    [[nodiscard]] std::int64_t dearest_import_rate(Window first, Window end) const;
    [[nodiscard]] WindowBands bands_of(Window window, const Tariff& tariff) const;
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
