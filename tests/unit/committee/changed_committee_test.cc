// DGMD gives a standing window to a committee with other places. A member's statements from the old
// places are void. Its statements from the new places bind it, also after a restart.
#include "tests/unit/committee/committee_bench.h"

namespace fairfeed::committee {
namespace {

using test::TestNetwork;

const MeterId kMeter = TestNetwork::meter(1, 1);

void give_to(Bench& bench, std::initializer_list<std::size_t> numbers, Window effective) {
    const bool runs = bench.now.real_ms < bench.chain.state().grid().end_real_ms(2);
    if (effective == 0 && runs) bench.go_to_end_of(2);
    CommitteeAllocation committee = bench.chain.state().clusters.at(bench.cluster).committee;
    committee.members.clear();
    for (const std::size_t number : numbers)
        committee.members.push_back(TestNetwork::node(number));
    committee.epoch += 1;
    committee.effective = effective;
    const auto notice = bench.network.from_dgmd(bench.chain.state(), committee);
    bench.pass(1000);
    const std::int64_t time_ms = effective == 0 ? bench.now.real_ms : 0;
    ASSERT_TRUE(bench.chain.append(bench.chain.next_block({notice}, time_ms)));
}

// Nodes 1 to 4 settle window 0. Node-3 endorses the batch of the parent node-1 and that of node-4.
// Then the committee changes, and node-3 endorses the batch of the new parent node-2, which has
// place 0 and version 0 like node-1's.
class ChangedCommittee : public ::testing::Test {
  protected:
    ChangedCommittee() {
        first_ = bench.batch_of(0);
        endorse(first_);
        bench.pass(600'000);
        endorse(all_of<SendBatch>(bench.advance(TestNetwork::node(4))).front().batch);
        before_ = bench.chain.state();
        order({2, 1, 4, 3});
        keep(bench.advance(member_));
        second_ = all_of<SendBatch>(bench.advance(TestNetwork::node(2))).front().batch;
        endorse(second_);
        EXPECT_EQ(rows_.size(), 5U) << "with its own, from place 2 and then from place 3";
        EXPECT_EQ(settlement_of(first_).slot, settlement_of(second_).slot);
        EXPECT_EQ(settlement_of(first_).version, settlement_of(second_).version);
    }
    void endorse(const Transaction& batch) { keep(*bench.hear_batch(member_, batch)); }
    // Stores the effects as the inbox does.
    void keep(const Said& said) {
        for (const auto& row : all_of<PersistEndorsement>(said))
            rows_.push_back(row);
        for (const auto& own : all_of<PersistBatch>(said))
            own_ = own.batch;
    }
    void order(std::initializer_list<std::size_t> numbers) { give_to(bench, numbers, 0); }
    void restart(bool newest_first) {
        BatchRound& round = bench.restart(member_);
        if (own_) round.restore_batch(*own_);
        if (newest_first) std::reverse(rows_.begin(), rows_.end());
        for (const PersistEndorsement& row : rows_)
            round.restore_endorsement(row.endorsement, row.signature, row.batch);
    }
    [[nodiscard]] Digest endorsed_reading() const {
        for (const ListedReading& listed : listed_readings(settlement_of(second_)))
            if (listed.meter == kMeter) return listed.reading;
        return {};
    }
    // Whether the member repeats its endorsement of the batch, within two rebroadcasts.
    [[nodiscard]] bool says_again(const Transaction& batch) {
        for (int times = 0; times < 2; ++times) {
            bench.pass(60'000);
            for (const auto& said : all_of<SendEndorsement>(bench.advance(member_)))
                if (said.endorsement.batch == batch.id) return true;
        }
        return false;
    }
    void expect_bound() {
        const Digest* promised = bench.round(member_).promised(kMeter, 0);
        ASSERT_NE(promised, nullptr) << "it has endorsed a reading of the window";
        EXPECT_EQ(*promised, endorsed_reading());
        EXPECT_TRUE(says_again(second_));
        EXPECT_FALSE(says_again(first_)) << "no block takes it";
    }
    // Node-1, from its new place, lists another reading of the meter.
    [[nodiscard]] Transaction rival() {
        const OpenedReading other =
            bench.chain.meter(kMeter).read_body(0, bench.held[member_].at(kMeter).body);
        bench.held[member_].insert_or_assign(kMeter, other);
        const ChainState& state = bench.chain.state();
        const ClusterAccounts& accounts = bench.chain.accounts(bench.cluster);
        const auto draft = accounts.draft(state, 0, {{0, bench.held[member_]}});
        return bench.sign(*accounts.seal(state, 0, *draft, TestNetwork::node(1), 1, 1,
                                         bench.chain.keys(), bench.network.random()));
    }

    Bench bench;
    const NodeId member_ = TestNetwork::node(3);
    Transaction first_;
    Transaction second_;
    std::vector<PersistEndorsement> rows_;
    std::optional<Transaction> own_;
    ChainState before_;  // before the change
};

TEST_F(ChangedCommittee, binds_by_what_was_endorsed_for_it) {
    expect_bound();
    EXPECT_EQ(reasons(*bench.hear_batch(member_, rival())), std::vector{std::string("slot_taken")});
}

// The inbox does not order endorsements of one version. The member holds another reading by now.
TEST_F(ChangedCommittee, binds_a_member_that_restarts) {
    const Transaction other = rival();
    for (const bool newest_first : {false, true}) {
        SCOPED_TRACE(newest_first);
        restart(newest_first);
        (void)bench.advance(member_);
        expect_bound();
        EXPECT_EQ(reasons(*bench.hear_batch(member_, other)),
                  std::vector{std::string("slot_taken")});
    }
}

TEST_F(ChangedCommittee, binds_a_member_whose_ledger_does_not_know_of_it_yet) {
    (void)rival();
    restart(false);
    const View now = bench.view(member_);
    (void)bench.round(member_).advance(
        {before_, now.next, now.accounts, now.keys, now.held, now.now});
    (void)bench.advance(member_);
    expect_bound();
}

// A member leaves the committee, and its last batch is one that nobody can judge yet.
class LastWord : public ::testing::Test {
  protected:
    enum class Of { window_at_hand, window_given_away, window_to_come };
    // Node-1 publishes the batch, and node-4 receives it.
    void say(Of what) {
        Settlement last = settlement_of(first);
        last.version = 7;
        last.state_height = 1'000'000;
        if (what == Of::window_to_come) last.window = 1'000'000;
        if (what == Of::window_given_away) last.window = 1;
        ASSERT_TRUE(bench.hear_batch(member, bench.sign(last)));
    }
    void expect_new_parent_is_heard(Window window) {
        (void)bench.advance(member);
        if (window > 0) bench.measure(window);
        if (window > 0) bench.go_to_end_of(window);
        const auto said = all_of<SendBatch>(bench.advance(TestNetwork::node(2)));
        ASSERT_EQ(said.size(), 1U);
        const auto heard = bench.hear_batch(member, said.front().batch);
        ASSERT_TRUE(heard) << to_string(heard.error());
        ASSERT_FALSE(all_of<SendEndorsement>(*heard).empty());
        EXPECT_EQ(all_of<SendEndorsement>(*heard).front().endorsement.batch, said.front().batch.id);
    }
    Bench bench;
    const NodeId member = TestNetwork::node(4);
    const Transaction first = bench.batch_of(0);
};

TEST_F(LastWord, about_a_state_to_come_makes_nobody_deaf_to_the_next_parent) {
    (void)bench.hear_batch(member, first);
    say(Of::window_at_hand);
    give_to(bench, {2, 1, 4, 3}, 0);
    expect_new_parent_is_heard(0);
}

TEST_F(LastWord, about_a_window_to_come_makes_nobody_deaf_to_the_next_parent) {
    say(Of::window_to_come);
    give_to(bench, {2, 1, 4, 3}, 0);
    expect_new_parent_is_heard(0);
}

TEST_F(LastWord, does_not_outlast_the_last_window_of_who_said_it) {
    say(Of::window_to_come);
    give_to(bench, {2, 1, 4, 3}, 1);
    bench.chain.run_window({bench.cluster}, 0);
    expect_new_parent_is_heard(1);
}

// The batch is void as soon as its window is the next one. Later endorsements stay valid.
TEST_F(LastWord, about_the_window_that_is_given_away_takes_no_promise_with_it) {
    say(Of::window_given_away);
    give_to(bench, {2, 1, 4, 3}, 1);
    bench.chain.run_window({bench.cluster}, 0);
    expect_new_parent_is_heard(1);
    (void)bench.advance(member);
    EXPECT_NE(bench.round(member).promised(kMeter, 1), nullptr);
}

// Two batches of one place and version would be evidence against an honest member.
TEST_F(ChangedCommittee, lets_nobody_sign_two_batches_of_one_place_and_version) {
    const NodeId& parent = bench.parent();
    std::vector<Transaction> said = {first_};
    const auto add = [&](const Said& effects) {
        for (const SendBatch& effect : all_of<SendBatch>(effects))
            said.push_back(effect.batch);
    };
    bench.pass(60'000);
    add(bench.advance(parent));  // from place 1
    bench.restart(parent).restore_batch(said.back());
    order({1, 2, 3, 4});
    add(bench.advance(parent));
    bench.restart(parent).restore_batch(said.back());
    order({2, 3, 1, 4});
    bench.pass(60'000);
    add(bench.advance(parent));
    order({1, 2, 3, 4});
    add(bench.advance(parent));
    std::map<std::pair<std::uint32_t, std::uint32_t>, Digest> ids;
    for (const Transaction& batch : said) {
        const Settlement& settlement = settlement_of(batch);
        const auto [known, first] =
            ids.try_emplace({settlement.slot, settlement.version}, batch.id);
        EXPECT_EQ(known->second, batch.id) << settlement.slot << " " << settlement.version;
    }
    EXPECT_EQ(ids.size(), 5U);
    EXPECT_EQ(settlement_of(said.back()).slot, 0U);
}

}  // namespace
}  // namespace fairfeed::committee
