// Some seeds of every size on every test run, the seeds that once failed, and the check that a seed
// repeats a run exactly. FAIRFEED_SEEDS=N runs N seeds per size instead.
#include "tests/simulation/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/crypto/signing.h"

namespace fairfeed::simulation {
namespace {

std::uint64_t seeds(std::uint64_t by_default) {
    const char* wanted = std::getenv("FAIRFEED_SEEDS");
    return wanted == nullptr ? by_default : std::strtoull(wanted, nullptr, 10);
}

struct Size {
    std::size_t nodes;
    std::uint64_t seeds;
};

class SimulatedNetworks : public testing::TestWithParam<Size> {};

TEST_P(SimulatedNetworks, lose_nothing_do_not_fork_and_go_on_once_it_is_calm) {
    for (std::uint64_t seed = 1; seed <= seeds(GetParam().seeds); ++seed) {
        const Outcome outcome = simulate(seed, GetParam().nodes);
        ASSERT_EQ(outcome.fault, "") << "simulate --nodes " << GetParam().nodes << ' ' << seed;
        const ReadingFates& all = outcome.readings;
        ASSERT_EQ(all.receipted,
                  all.final_readings + all.late + all.trued_up + all.estimated + all.voided);
    }
}

INSTANTIATE_TEST_SUITE_P(Of, SimulatedNetworks,
                         testing::Values(Size{1, 200}, Size{2, 300}, Size{3, 300}, Size{4, 800},
                                         Size{5, 150}, Size{6, 100}, Size{7, 150}),
                         [](const auto& size) { return std::to_string(size.param.nodes); });

// Each of them is compared with a start from genesis (Simulation::from_snapshot), and the run goes
// on with it.
TEST(Simulation, starts_nodes_from_snapshots_that_are_the_same_as_from_genesis) {
    std::uint64_t with_starts = 0;
    for (std::uint64_t seed = 1; with_starts < 100; ++seed) {
        const Outcome outcome = simulate(seed, 4);
        ASSERT_EQ(outcome.fault, "") << "simulate --nodes 4 " << seed;
        if (outcome.faults.contains("start from a snapshot")) ++with_starts;
        ASSERT_LT(seed, 2000U) << "hardly any node starts from a snapshot";
    }
}

// Two of four nodes lie, each with two machines. One half of the honest nodes meets the first
// machines, the other half the second ones. Everything else works.
Plan conspiracy() {
    Plan plan;
    plan.clusters = 1;
    plan.calm_ms = 1;
    plan.liars = Liars::beyond;
    plan.behaviours = {Behaviour::honest, Behaviour::colluding, Behaviour::colluding,
                       Behaviour::honest};
    plan.sides = {false, false, false, true};
    plan.meter_behaviours = {MeterBehaviour::honest};
    return plan;
}

// The oracle reports the fork, and so do the nodes themselves (R24).
TEST(Simulation, sees_the_fork_that_more_liars_than_tolerated_make_and_names_them) {
    const Outcome outcome = Simulation(3, conspiracy()).run();
    EXPECT_THAT(outcome.lost,
                testing::MatchesRegex("fork: node-[14] committed block [0-9a-f]+ at height [0-9]+, "
                                      "node-[14] block [0-9a-f]+; signed both: node-2 node-3"));
    EXPECT_EQ(outcome.fault, "");
    EXPECT_EQ(outcome.halted, 2U) << "both honest nodes have seen it, and sign no more";
}

// With more than f liars the chain may fork or stop. The honest nodes' own duties remain: no key of
// theirs signs two statements, and they hold the readings that they receipted.
TEST(Simulation, loses_agreement_but_no_receipted_reading_to_more_liars_than_tolerated) {
    std::uint64_t forks = 0;
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        const Outcome outcome = simulate(seed, 4, Liars::beyond);
        EXPECT_EQ(outcome.fault, "") << "simulate --beyond " << seed;
        if (outcome.lost.rfind("fork: ", 0) == 0) ++forks;
    }
    EXPECT_GT(forks, 0U);
}

// With half of the nodes silent nothing is settled.
TEST(Simulation, sees_that_a_network_does_not_go_on) {
    Plan plan = conspiracy();
    plan.behaviours[1] = plan.behaviours[2] = Behaviour::silent;
    EXPECT_EQ(Simulation(1, plan).run().lost, "no progress: window 0 of cluster-1 is not settled");
}

// The planned changes must happen; otherwise a run without a fault would prove nothing about them.
TEST(Simulation, changes_committees_with_the_help_of_members_and_of_the_utility_and_despite_liars) {
    std::map<std::string, std::uint64_t> seen;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        if (draw_plan(seed, 4).committees.empty()) continue;
        const Outcome outcome = simulate(seed, 4);
        EXPECT_EQ(outcome.fault, "") << "simulate --nodes 4 " << seed;
        for (const auto& [kind, times] : outcome.faults)
            seen[kind] += times;
    }
    for (const char* kind : {"committee changed", "window given to others", "handed over",
                             "DGMD says handover", "misleading"}) {
        EXPECT_GT(seen[kind], 2U) << kind;
    }
}

// Two of four nodes give their cluster to the other two, which have never seen it.
Plan exchange() {
    Plan plan;
    plan.clusters = 1;
    plan.members = 2;
    plan.windows = 4;
    plan.calm_ms = 1;
    plan.behaviours.assign(plan.nodes, Behaviour::honest);
    plan.sides.assign(plan.nodes, false);
    plan.meter_behaviours = {MeterBehaviour::honest};
    plan.committees = {{500, 0, {2, 3}, 1}};
    return plan;
}

TEST(Simulation, loses_no_reading_to_a_change_of_the_whole_committee) {
    const Outcome outcome = Simulation(1, exchange()).run();
    EXPECT_EQ(outcome.fault, "");
    EXPECT_EQ(outcome.faults.at("committee changed"), 1U);
    EXPECT_EQ(outcome.faults.at("handed over"), 1U);
    EXPECT_EQ(outcome.readings.final_readings, 4U);
}

// One of the two members for window 1 falls silent: the cluster stands still until DGMD gives the
// window to another committee.
TEST(Simulation, goes_on_where_too_few_are_left_because_the_utility_gives_the_window_to_others) {
    Plan plan = exchange();
    plan.behaviours[2] = Behaviour::silent;
    plan.committees = {{500, 0, {2, 0}, 1}, {4500, 0, {3}, 1}};
    const Outcome outcome = Simulation(1, plan).run();
    EXPECT_EQ(outcome.fault, "");
    EXPECT_EQ(outcome.faults.at("window given to others"), 1U);
    EXPECT_EQ(outcome.readings.open, 0U);
}

TEST(Simulation, repeats_itself_from_its_seed_to_the_byte) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const Outcome first = simulate(seed, 4);
        const Outcome second = simulate(seed, 4);
        EXPECT_EQ(first.digest, second.digest) << "seed " << seed;
        EXPECT_EQ(first.steps, second.steps) << "seed " << seed;
        EXPECT_EQ(first.faults, second.faults) << "seed " << seed;
    }
}

// Lines of regressions.txt: nodes, seed, and the old fault.
TEST(Simulation, does_not_do_again_what_a_seed_once_did) {
    std::ifstream file(std::string(FAIRFEED_SOURCE_DIR) + "/tests/simulation/regressions.txt");
    ASSERT_TRUE(file.good());
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::size_t nodes = 0;
        std::uint64_t seed = 0;
        if (!(words >> nodes >> seed)) continue;
        EXPECT_EQ(simulate(seed, nodes).fault, "") << line;
    }
}

TEST(SimulatedSignatures, hold_for_their_own_key_and_message_alone) {
    const SigningKey signer = SigningKey::generate();
    const SigningKey other = SigningKey::generate();
    const auto key = VerifyKey::from_point(signer.public_key());
    const auto wrong = VerifyKey::from_point(other.public_key());
    const Signature signature = signer.sign(as_bytes("said"));
    EXPECT_EQ(key->verify_strict(as_bytes("said"), signature), SignatureFault::none);
    EXPECT_EQ(key->verify_strict(as_bytes("Said"), signature), SignatureFault::wrong);
    EXPECT_EQ(wrong->verify_strict(as_bytes("said"), signature), SignatureFault::wrong);
    EXPECT_EQ(key->verify_strict(as_bytes("said"), flip_s(signature)), SignatureFault::high_s);
}

}  // namespace
}  // namespace fairfeed::simulation
