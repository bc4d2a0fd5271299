// The corrections of a bill, computed a second time (docs/contract.md, "True-up"). Each line of a
// meter is held against the closing state before it, the late readings that its settlement lists,
// opened, and the tariffs. What the line trues up, its amounts, remainders and balance, and the
// registers, estimates and gaps of its closing state must be those that an honest committee
// computes. So the next line goes on from a closing state that was checked. The shares in closing
// states, and the energies of the lines' own windows, are taken as they stand. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/state/state.h"

namespace fairfeed {

struct LateReading {
    Window window = 0;
    ReadingBody body;
};

class CorrectionCheck {
  public:
    // The state has the meter, its capacities, and the tariffs and factors of all windows
    // concerned. `before`: the closing state before the first line; nullopt: nobody shows one, and
    // the meter may have been installed just before. `factors_from`: the first window whose factors
    // the state knows. `state` outlives this object.
    CorrectionCheck(const ChainState& state, MeterId meter, std::optional<ClosingState> before,
                    Window factors_from);

    // Lines ascend without a window left out, and fold (bill.h). One line with what is wrong.
    [[nodiscard]] Result<void, std::string> follow(Window window, const SettlementLine& line,
                                                   const std::vector<LateReading>& late);
    // Lines with corrections that nothing here shows to be right or wrong: the closing state before
    // is not at hand, or the factors of a late window.
    [[nodiscard]] std::size_t unchecked() const { return unchecked_; }
    [[nodiscard]] std::size_t late_readings() const { return late_; }  // of the other lines

  private:
    [[nodiscard]] Result<void, std::string> check(const ClosingState& before, Window window,
                                                  const SettlementLine& line,
                                                  const std::vector<LateReading>& late) const;
    [[nodiscard]] Result<void, std::string> check_money(const ClosingState& corrected,
                                                        Window window,
                                                        const SettlementLine& line) const;
    [[nodiscard]] Result<void, std::string> check_closing(const ClosingState& corrected,
                                                          Window window,
                                                          const SettlementLine& line) const;

    const ChainState* state_;
    MeterId meter_;
    std::optional<ClosingState> last_;
    Window factors_from_ = 0;
    std::size_t unchecked_ = 0;
    std::size_t late_ = 0;
};

}  // namespace fairfeed
