// Bills a second time, by the definitions of docs/contract.md ("Money", "Time of use", "True-up")
// and apart from core/contract, core/accounts and core/model/tariff.cc: what all windows of a meter
// come to together, from the beginning, where the product corrects step by step. Plain and slow, in
// 128-bit integers. Pure. Tests only.
#pragma once

#include <map>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/profile.h"
#include "core/model/reading.h"
#include "core/model/tariff.h"

namespace fairfeed::test {

// In thousandths of a micro.
struct AmountByHand {
    Int128 cost = 0;
    Int128 worth = 0;
    void add(const AmountByHand& more) {
        cost += more.cost;
        worth += more.worth;
    }
};

// The band of the quarter hour that begins at this second, by the clock on the wall.
[[nodiscard]] std::size_t band_by_hand(const Tariff& tariff, std::int64_t at_s);
[[nodiscard]] BandRates rates_by_hand(const Tariff& tariff, std::size_t band);
// Of the local days that end in these seconds, in micro.
[[nodiscard]] Int128 fixed_by_hand(const Tariff& tariff, std::int64_t start_s,
                                   std::int64_t seconds);
// What of the export of quarter hour `index` of a window is paid for under a share.
[[nodiscard]] std::int64_t credit_by_hand(const QuarterHour& quarter, std::int64_t share_w,
                                          std::size_t index);
// Of a window that starts at start_s; `credited_wh` of each quarter hour.
[[nodiscard]] AmountByHand price_by_hand(const Tariff& tariff, std::int64_t start_s,
                                         const Profile& profile,
                                         const std::vector<std::int64_t>& credited_wh);
// A window's energy as bands; one entry, too, where the tariff has one band.
[[nodiscard]] BandEnergies bands_by_hand(const Tariff& tariff, std::int64_t start_s,
                                         const Profile& profile,
                                         const std::vector<std::int64_t>& credited_wh);
[[nodiscard]] AmountByHand price_by_hand(const Tariff& tariff, const BandEnergies& bands);

// By the window from which they are in force.
using TariffsByHand = std::map<Window, Tariff>;
[[nodiscard]] const Tariff& tariff_by_hand(const TariffsByHand& tariffs, Window window);

struct EstimateByHand {
    QuarterHour energy;
    std::int64_t credited_wh = 0;
    AmountByHand amount;
};

// One meter whose registers were never reset.
class AccountByHand {
  public:
    AccountByHand() = default;
    // Windows begin at epoch_s + window * window_seconds. Read again from `effective` on.
    AccountByHand(std::int64_t epoch_s, std::int64_t window_seconds, const Registers& installed,
                  Window effective);
    // The window's own reading, in time or late: it takes the place of an estimate.
    void read(Window window, const ReadingBody& body, std::vector<std::int64_t> credited_wh);
    void estimate(Window window, const EstimateByHand& estimate) { estimates_[window] = estimate; }
    // All windows so far.
    [[nodiscard]] AmountByHand amount(const TariffsByHand& tariffs) const;
    [[nodiscard]] QuarterHour energy() const;

  private:
    struct Read {
        ReadingBody body;
        std::vector<std::int64_t> credited_wh;
        [[nodiscard]] QuarterHour sum() const;
        [[nodiscard]] Registers at_start() const;
    };
    [[nodiscard]] std::int64_t start_s(Window window) const;
    [[nodiscard]] std::int64_t dearest(const TariffsByHand& tariffs, Window first,
                                       Window end) const;
    [[nodiscard]] AmountByHand between(const TariffsByHand& tariffs, Window first, Window end,
                                       const QuarterHour& flowed) const;

    std::int64_t epoch_s_ = 0;
    std::int64_t window_seconds_ = 0;
    Registers installed_;
    Window effective_ = 0;
    std::map<Window, Read> read_;
    std::map<Window, EstimateByHand> estimates_;
};

}  // namespace fairfeed::test
