// A street whose shares come from the forecast, one for each quarter hour: six windows a day, sun
// in the third and fourth of them. The committee settles, and keyholders follow its blocks. For
// tests of the accounts. Single-threaded.
#pragma once

#include <gmock/gmock.h>

#include <functional>

#include "core/wire/event_codec.h"
#include "tests/unit/accounts/handover_bench.h"

namespace fairfeed::test {

constexpr Window kDay = 6;  // windows

[[nodiscard]] inline TestNetworkOptions forecast_options(
    ShareRule rule = ShareRule::waterfill, ShareResolution resolution = ShareResolution::quarter) {
    TestNetworkOptions options = five_nodes();
    options.meters_per_cluster = 3;
    options.parameters.rule = rule;
    options.parameters.basis = ShareBasis::expected;
    options.parameters.resolution = resolution;
    return options;
}

struct ForecastBench : HandoverBench {
    explicit ForecastBench(TestNetworkOptions options = forecast_options())
        : HandoverBench(std::move(options)) {}

    // What each roof makes in a quarter hour; no two windows of a day and no two days are alike.
    [[nodiscard]] static std::int64_t sun(Window window) {
        const Window hours = window % kDay;
        if (hours != 2 && hours != 3) return 0;
        return 700 + 200 * (hours - 2) + 10 * (window / kDay);
    }
    [[nodiscard]] OpenedReadings measure(Window window) { return read(window, sun(window)); }
    // Settles these windows, each meter read in time.
    void live(Window first, Window end) {
        for (Window window = first; window < end; ++window)
            settle(window, {{window, measure(window)}});
    }
    // Windows without a reading: everybody is estimated.
    void live_in_silence(Window first, Window end) {
        for (Window window = first; window < end; ++window) {
            (void)measure(window);
            settle(window, {});
        }
    }
    [[nodiscard]] Transaction of_dgmd(const TransactionContent& content) const {
        return network.from_dgmd(chain.state(), content);
    }
    // Settles a window as its whole committee certifies it after an edit of the draft.
    void settle_wrongly(Window window, const HeldReadings& held,
                        const std::function<void(SettlementDraft&)>& edit) {
        auto draft = chain.accounts(kOne).draft(chain.state(), window, held);
        CHECK(draft);
        edit(*draft);
        const NodeId& parent = chain.state().committee_of(kOne, window)->members.front();
        const auto sealed = chain.accounts(kOne).seal(chain.state(), window, *draft, parent, 0, 0,
                                                      chain.keys(), network.random());
        CHECK(sealed);
        append(chain.group_held(*sealed, held));
    }
    void edit_first_line(Window window, const HeldReadings& held,
                         const std::function<void(SettlementLine&)>& edit) {
        settle_wrongly(window, held, [&](SettlementDraft& draft) { edit(draft.lines.front()); });
    }
    // The seals of all meters break, so that from this window on nobody is left to settle.
    void tamper_with_all(Window window) {
        std::vector<Transaction> events;
        for (const MeterId& meter : network.meters(kOne))
            events.push_back(make_event({1, network.network(), meter, kOne, window, 77,
                                         AlarmType::seal_broken, 1'470'700'000},
                                        network.key(meter)));
        append(events);
    }
    // DGMD names these members, of whom kCome is new, and the old ones hand over.
    void come(Window effective) {
        give_to({TestNetwork::node(1), TestNetwork::node(2), TestNetwork::node(3), kCome},
                effective);
    }
    void hand_over_wrongly() {
        append({handover(TestNetwork::node(1), wrong_keys())});
        append({handover(TestNetwork::node(2), wrong_keys())});
    }
    void hand_over_by_dgmd() {
        const auto said = write_handover(chain.state(), last_settlement(), network.dgmd(), {kCome},
                                         chain.keys(), network.random());
        CHECK(said);
        append(
            {make_handover(*said, network.dgmd(), network.network(), network.key(network.dgmd()))});
    }
    // What the last settlement's shares came from.
    [[nodiscard]] ShareBasis basis() const { return last_settlement().basis; }
};

// One keyholder's accounts, from the blocks alone.
class Follower {
  public:
    Follower(const ForecastBench& bench, const NodeId& node)
        : bench_(&bench),
          accounts_(Keyholder{node, agreement_key(node.str())}),
          state_(bench.network.initial_state()) {
        (void)accounts_.follow({{bench.network.genesis().block.block, {}}, state_, state_});
    }
    // The reasons of the faults found in the blocks not yet followed.
    std::vector<std::string> follow() {
        std::vector<std::string> faults;
        PlainSignatureChecker signatures;
        const auto& blocks = bench_->chain.blocks();
        for (; followed_ < blocks.size(); ++followed_) {
            const ChainState before = state_;
            CHECK(execute_block(state_, blocks[followed_].block, signatures));
            (void)accounts_.follow({blocks[followed_], before, state_});
            for (const ReplayFault& fault : accounts_.faults())
                faults.push_back(fault.reason);
        }
        return faults;
    }
    [[nodiscard]] const KeyholderAccounts& accounts() const { return accounts_; }
    [[nodiscard]] const ClusterAccounts& street() const { return accounts_.clusters().at(kOne); }
    [[nodiscard]] SettlementDraft draft(Window window, const HeldReadings& held) const {
        auto drafted = street().draft(state_, window, held);
        CHECK(drafted);
        return std::move(*drafted);
    }

  private:
    const ForecastBench* bench_;
    KeyholderAccounts accounts_;
    ChainState state_;
    std::size_t followed_ = 0;
};

inline void expect_equal(const SettlementDraft& one, const SettlementDraft& other) {
    EXPECT_EQ(one.entries, other.entries);
    EXPECT_EQ(one.totals, other.totals);
    EXPECT_EQ(one.lines, other.lines);
    EXPECT_EQ(one.late, other.late);
    EXPECT_EQ(one.basis, other.basis);
    EXPECT_EQ(one.factors, other.factors);
    EXPECT_EQ(one.bound, other.bound);
}

}  // namespace fairfeed::test
