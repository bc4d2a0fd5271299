// The invariant behind rule 7: if an honest member may demand a reading as withheld from a
// settlement, then every honest member at its height, or one height behind it, can accept that
// reading. Random readings reach members in time, late or never, at every age.
#include <gtest/gtest.h>

#include "edge-node/intake/reading_rules.h"
#include "tests/support/dice.h"
#include "tests/support/test_network.h"

namespace fairfeed::intake {
namespace {

using test::TestChain;
using test::TestNetwork;
using test::TestNetworkOptions;

constexpr Window kWindows = 30;
constexpr Window kOldest = 4;  // close_after, in windows

const ClusterId kCluster = TestNetwork::cluster(1);

TestNetworkOptions small() {
    TestNetworkOptions options;
    options.clusters_with_meters = 1;
    options.parameters.window_seconds = 3600;
    options.parameters.close_after_s = kOldest * 3600;
    options.parameters.max_block_transactions = 12;
    return options;
}

// An honest member's knowledge of the chain.
struct Tip {
    ChainState state;
    ClusterAccounts accounts;
};

class Story {
  public:
    explicit Story(std::uint64_t seed) : dice_(seed) {}

    void run() {
        for (Window window = 0; window < kWindows; ++window) {
            measure(window);
            arrive(window);
            const Settlement settlement = chain_.settle_held(kCluster, window, held_[0]);
            for (const HeldReadings& held : held_) {
                expect_acceptable(settlement, held);
                if (::testing::Test::HasFailure()) return;
            }
            arrive(window);  // during the settlement
            before_ = Tip{chain_.state(), chain_.accounts(kCluster)};
            const auto group = chain_.group_held(settlement, held_[0]);
            ASSERT_TRUE(chain_.append(chain_.next_block(group)));
        }
        EXPECT_GT(demanded_, 0U);
        EXPECT_GT(of_the_last_age_, 0U) << "no demand at the age limit";
    }

  private:
    [[nodiscard]] Instant now(Window window) const {
        return Instant{0, chain_.state().grid().end_real_ms(window), true};
    }
    template <class Judge>
    [[nodiscard]] Result<OpenedReading, Refused> with(const Tip& tip, Window window,
                                                      Judge judge) const {
        const std::function<const ClusterAccounts&(const ClusterId&)> accounts =
            [&](const ClusterId&) -> const ClusterAccounts& { return tip.accounts; };
        const auto nothing = [](const MeterId&, Window) { return std::optional<Digest>(); };
        PlainSignatureChecker signatures;
        const Context context{tip.state, signatures,           chain_.keys(),
                              accounts,  TestNetwork::node(1), now(window),
                              nothing};
        return judge(context);
    }
    void measure(Window window) {
        const auto quarter = static_cast<std::int64_t>(dice_.below(300));
        for (const MeterId& meter : network_.meters(kCluster)) {
            const Profile profile = test::flat_profile(chain_.state(), {quarter, 0, 0});
            kept_.push_back(chain_.meter(meter).read(window, profile));
        }
    }
    // Some of the readings that meters keep reach some members, who take them by their rules.
    void arrive(Window window) {
        const Tip here{chain_.state(), chain_.accounts(kCluster)};
        for (const OpenedReading& reading : kept_) {
            for (HeldReadings& held : held_) {
                if (dice_.below(9) != 0) continue;
                const ReadingHeader& header = reading.reading.header;
                const Topic topic{network_.options().parameters.name, header.meter.str(),
                                  Channel::reading, "-"};
                const auto taken = with(here, window, [&](const Context& context) {
                    return judge_reading({topic, false, reading.reading.envelope}, context);
                });
                if (taken) held[header.window].insert({header.meter, *taken});
            }
        }
    }
    void expect_acceptable(const Settlement& settlement, const HeldReadings& held) {
        const Tip here{chain_.state(), chain_.accounts(kCluster)};
        for (const OpenedReading* demand : here.accounts.withheld(here.state, settlement, held)) {
            ++demanded_;
            const ReadingHeader& header = demand->reading.header;
            if (settlement.window - header.window == kOldest + 1) ++of_the_last_age_;
            expect_accepted(here, settlement.window, demand->reading);
            if (before_) expect_accepted(*before_, settlement.window, demand->reading);
        }
    }
    void expect_accepted(const Tip& tip, Window window, const SignedReading& reading) {
        const auto taken = with(tip, window, [&](const Context& context) {
            return judge_pulled_reading(reading.envelope, context);
        });
        EXPECT_TRUE(taken) << to_string(taken.error().reason) << ": " << reading.header.meter.str()
                           << " of " << reading.header.window << " at height " << tip.state.height
                           << ", in the settlement of " << window;
    }
    test::Dice dice_;
    TestNetwork network_{small()};
    TestChain chain_{network_};
    std::vector<OpenedReading> kept_;
    std::array<HeldReadings, 3> held_;  // of three members, the proposer first
    std::optional<Tip> before_;
    std::size_t demanded_ = 0;
    std::size_t of_the_last_age_ = 0;
};

class DemandsTest : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(DemandsTest, are_accepted_by_every_member_within_one_height) {
    Story(GetParam()).run();
}

INSTANTIATE_TEST_SUITE_P(Seeds, DemandsTest, ::testing::Range(std::uint64_t{1}, std::uint64_t{9}));

}  // namespace
}  // namespace fairfeed::intake
