// The worked sequence of docs/state.md, computed: the accounts must give the figures of its two
// tables.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "core/io/file.h"
#include "core/state/settlement_rules.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

const ClusterId kCluster = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);
constexpr Window kFirst = 10;
constexpr std::size_t kQuarters = 4;
constexpr std::int64_t kBlockAfterMs = 60'000;

// A column of the first table; `held` names the windows whose readings the committee has at the
// settlement.
struct Hour {
    Window window;
    std::int64_t load_wh;
    std::int64_t generation_wh;
    std::set<Window> held;
    std::int64_t mes_w;
};
const std::vector<Hour> kHours = {
    {10, 200, 900, {10}, 2000}, {11, 100, 1000, {}, 2400},   {12, 200, 900, {11, 12}, 4800},
    {13, 300, 700, {}, 4800},   {14, 200, 1200, {14}, 2000}, {15, 200, 1200, {13, 15}, 4000},
};

TestNetworkOptions one_prosumer() {
    TestNetworkOptions options;
    options.nodes = 1;
    options.meters_per_cluster = 1;
    options.meters_effective = kFirst;
    options.parameters.window_seconds = 3600;
    options.parameters.grid_epoch_s = 0;
    options.parameters.share_notice_s = 900;
    options.parameters.share_offset_s = 0;
    return options;
}

class Sequence {
  public:
    Sequence() {
        MeterRecord& meter = state_.meters.edit(kMeter);
        meter.registration.installed = registers_;
        meter.capacity_w = {{10, 5000}, {14, 4000}};
    }

    void measure(const Hour& hour) {
        const QuarterHour quarter{0, hour.generation_wh - hour.load_wh, hour.generation_wh};
        const ReadingBody body = body_from(registers_, Profile(kQuarters, quarter));
        registers_ = body.end;
        kept_.emplace(hour.window, meter_.read_body(hour.window, body));
    }

    // The line of the settlement. The share is the given one, whatever the totals of this one-meter
    // cluster say.
    SettlementLine settle(const Hour& hour) {
        HeldReadings held;
        for (const Window window : hour.held)
            held[window].emplace(kMeter, kept_.at(window));
        auto draft = accounts_.draft(state_, hour.window, held);
        CHECK(draft.has_value());
        draft->lines.front().mes_w = hour.mes_w;
        const auto sealed = accounts_.seal(state_, hour.window, *draft, TestNetwork::node(1), 0, 0,
                                           keys_, network_.random());
        CHECK(sealed.has_value());
        const Transaction batch =
            make_batch(*sealed, network_.network(), network_.key(TestNetwork::node(1)));
        std::vector<Transaction> readings;
        for (const ListedReading& listed : listed_readings(*sealed))
            readings.push_back(make_reading_transaction(kept_.at(listed.window).reading));
        const std::int64_t time_ms = state_.grid().end_real_ms(hour.window) + kBlockAfterMs;
        apply_group(state_, {readings, batch}, ++state_.height, time_ms);
        CHECK(accounts_.commit(state_, *sealed, held, time_ms, keys_).has_value());
        return accounts_.last_lines().front();
    }

  private:
    TestNetwork network_{one_prosumer()};
    ChainState state_ = network_.initial_state();
    KeyRing keys_ = network_.key_ring(state_, TestNetwork::node(1));
    ClusterAccounts accounts_{kCluster};
    TestMeter meter_{network_, kMeter, kCluster};
    Registers registers_{1000, 0, 2000};
    std::map<Window, OpenedReading> kept_;
};

// Formats money as the page does: 1 088 000.
std::string spaced(std::int64_t value) {
    std::string digits = std::to_string(value < 0 ? -value : value);
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, " ");
    }
    return (value < 0 ? "-" : "") + digits;
}

std::string text_of(const Registers& registers) {
    return std::to_string(registers.import_wh) + ", " + std::to_string(registers.export_wh) + ", " +
           std::to_string(registers.generation_wh);
}

std::string text_of(const EstimatedWindow& estimate) {
    return "[" + std::to_string(estimate.window) + ", " + std::to_string(estimate.import_wh) +
           ", " + std::to_string(estimate.export_wh) + ", " +
           std::to_string(estimate.generation_wh) + ", " + std::to_string(estimate.credited_wh) +
           ", " + std::to_string(estimate.cost) + ", " + std::to_string(estimate.worth) + "]";
}

std::string text_of(const ShareInForce& share) {
    const std::string watts = share.share_w == kNoShareW ? "10^12" : std::to_string(share.share_w);
    return "[" + watts + ", " + std::to_string(share.from_s) + "]";
}

std::string text_of(const RegisterGap& gap) {
    std::string estimates;
    for (const EstimatedWindow& each : gap.estimates)
        estimates += (estimates.empty() ? "" : ", ") + text_of(each);
    return "[" + std::to_string(gap.first) + ", " + std::to_string(gap.end) + ", [" +
           text_of(gap.before) + "], [" + text_of(gap.after.value()) + "], [" + estimates + "]]";
}

template <class Item>
std::string list_of(const std::vector<Item>& items) {
    std::string text;
    for (const Item& item : items)
        text += (text.empty() ? "`" : ", `") + text_of(item) + "`";
    return text;
}

std::string row_of(const std::vector<std::string>& cells) {
    std::string row = "|";
    for (const std::string& cell : cells)
        row += (cell.empty() ? "" : " " + cell) + " |";
    return row;
}

// The end of the line's row in the table of lines.
std::string figures_of(const SettlementLine& line) {
    const Adjustment& more = line.adjusted;
    std::string trued_up;
    if (more != Adjustment{})
        trued_up = std::to_string(more.export_wh) + ", " + std::to_string(more.generation_wh) +
                   ", " + std::to_string(more.credited_wh) + ", " +
                   spaced(more.export_amount_micro);
    return row_of({std::to_string(line.export_wh), std::to_string(line.credited_wh),
                   spaced(line.export_amount_micro), trued_up});
}

std::string row_of(Window window, const ClosingState& closing) {
    return row_of(
        {std::to_string(window), text_of(closing.registers), std::to_string(closing.unread_from),
         spaced(closing.balance_micro), std::to_string(closing.missed), list_of(closing.shares),
         std::to_string(closing.over_capacity), list_of(closing.estimates), list_of(closing.gaps)});
}

// The rows of the first table after this sentence, by their first cell.
std::map<std::string, std::string> rows_behind(const std::string& page, const char* sentence) {
    std::map<std::string, std::string> rows;
    std::istringstream text(page.substr(page.find(sentence)));
    bool begun = false;
    for (std::string row; std::getline(text, row);) {
        if (begun && !row.starts_with('|')) break;
        begun = begun || row.starts_with('|');
        if (row.starts_with("| ")) rows[row.substr(2, row.find(' ', 2) - 2)] = row;
    }
    return rows;
}

TEST(WorkedSequence, is_what_accounts_compute) {
    const auto page = read_text_file(FAIRFEED_SOURCE_DIR "/docs/state.md");
    ASSERT_TRUE(page.has_value());
    const auto lines = rows_behind(*page, "The prosumer imports nothing. The lines:");
    const auto closings = rows_behind(*page, "\nThe closing states, (3) and (4) always 0");
    Sequence sequence;
    for (const Hour& hour : kHours) {
        sequence.measure(hour);
        const SettlementLine line = sequence.settle(hour);
        const std::string name = std::to_string(hour.window);
        ASSERT_TRUE(lines.contains(name) && closings.contains(name)) << name;
        EXPECT_TRUE(lines.at(name).ends_with(figures_of(line))) << lines.at(name) << "\nnot\n"
                                                                << figures_of(line);
        EXPECT_EQ(closings.at(name), row_of(hour.window, line.closing));
        EXPECT_EQ(line.closing.import_remainder, 0);
        EXPECT_EQ(line.closing.export_remainder, 0);
        EXPECT_EQ(line.import_wh, 0);
    }
}

}  // namespace
}  // namespace fairfeed::test
