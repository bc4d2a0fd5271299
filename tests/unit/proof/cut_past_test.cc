// A cluster whose closing states are cut, because hundreds of meters share a block (past_room.h),
// changes its committee. Every keyholder can recompute the ledger before and after the change, a
// wrong cut is reported, and lines on both sides of the change can be proved.
#include <gmock/gmock.h>

#include <algorithm>

#include "core/ledger/chain_verifier.h"
#include "core/proof/proof.h"
#include "core/state/late_rules.h"
#include "tests/unit/accounts/handover_bench.h"

namespace fairfeed::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr std::size_t kMeters = 600;
constexpr std::size_t kHeard = 3;       // meters with readings; the others have none
constexpr Window kLast = 2 * kMaxGaps;  // of the old committee; every second window has readings
const NodeId kGone = TestNetwork::node(1);
const MeterId kMeter = TestNetwork::meter(1, 1);

TestNetworkOptions many_meters() {
    TestNetworkOptions options = five_nodes();
    options.meters_per_cluster = kMeters;
    return options;
}

class CutPast : public ::testing::Test, public HandoverBench {
  protected:
    CutPast() : HandoverBench(many_meters()) {}
    void SetUp() override {
        for (Window window = 0; window < kLast; ++window) {
            settle(window, window % 2 == 0 ? hear(window) : HeldReadings{});
            if (window == 0) give_to({kCome}, kLast + 1);
        }
        settle(kLast, hear(kLast));
        hand_over();
        settle(kLast + 1, hear(kLast + 1));
        stored.store();
    }
    [[nodiscard]] HeldReadings hear(Window window) {
        HeldReadings held;
        for (std::size_t i = 1; i <= kHeard; ++i) {
            const MeterId id = TestNetwork::meter(1, i);
            TestMeter& meter = chain.meter(id);
            meter.use_key_epoch(*chain.state().key_epoch(id, window));
            const bool generates = chain.state().capacity_w(id, window) > 0;
            const std::int64_t wh = 100 + 10 * (window % 7);
            const QuarterHour quarter = generates ? QuarterHour{0, wh, wh} : QuarterHour{wh, 0, 0};
            held[window].insert({id, meter.read(window, flat_profile(chain.state(), quarter))});
        }
        return held;
    }
    [[nodiscard]] const std::vector<RegisterGap>& gaps() const {
        return chain.accounts(kOne).closing(kMeter)->gaps;
    }
    [[nodiscard]] VerifyReport verify(const Ledger& ledger,
                                      const std::optional<NodeId>& holder) const {
        const auto keys = holder ? std::optional(stored.holder(*holder)) : std::nullopt;
        return verify_ledger(ledger, stored.genesis(), keys ? &*keys : nullptr, {});
    }
    void expect_sound(const std::optional<NodeId>& holder, const std::vector<WindowRun>& closed) {
        SCOPED_TRACE(holder ? holder->str() : "without keys");
        const VerifyReport report = verify(stored.open(), holder);
        ASSERT_TRUE(report.sound()) << report.fault->explanation;
        EXPECT_EQ(report.checked_height, chain.state().height);
        EXPECT_THAT(report.false_handovers, IsEmpty());
        for (const InvariantReport& each : report.invariants)
            EXPECT_TRUE(!each.applicable || each.ok) << each.explanation;
        if (closed.empty()) {
            EXPECT_THAT(report.closed, IsEmpty());
        } else {
            EXPECT_THAT(report.closed, ElementsAre(Pair(kOne, closed)));
        }
    }
    // The ledger with one more block: a settlement that its committee signed.
    [[nodiscard]] Ledger ledger_with(const SettlementDraft& draft, Window window,
                                     const HeldReadings& held) const {
        const auto sealed = chain.accounts(kOne).seal(chain.state(), window, draft, kCome, 0, 0,
                                                      chain.keys(), network.random());
        CHECK(sealed);
        const Block block = chain.next_block(chain.group_held(*sealed, held));
        const auto file = stored.directory() / "other.db";
        std::filesystem::copy_file(stored.file(), file,
                                   std::filesystem::copy_options::overwrite_existing);
        auto ledger = Ledger::open(file, stored.genesis());
        CHECK(ledger);
        CHECK(ledger->commit(block, make_certificate(network, chain.state(), block.header),
                             block.header.time_ms + kCommittedAfterMs));
        return std::move(*ledger);
    }
    // Flips one bit of a sealed text for the newcomer or the old members, with hashes that fit.
    void expect_change_is_found(Height height, const Bytes& sealed) {
        SCOPED_TRACE("at height " + std::to_string(height));
        constexpr std::string_view kSql = "UPDATE blocks SET body = ?2 WHERE height = ?1";
        const Bytes body = stored.body(height);
        const auto at = std::search(body.begin(), body.end(), sealed.begin(), sealed.end());
        ASSERT_NE(at, body.end());
        Bytes changed = body;
        changed[static_cast<std::size_t>(at - body.begin())] ^= 1U;
        stored.damage(kSql, height, changed);
        for (const auto& holder : {std::optional<NodeId>(), std::optional(kCome)}) {
            const VerifyReport report = verify(stored.open(), holder);
            ASSERT_FALSE(report.sound());
            EXPECT_EQ(report.fault->height, height);
        }
        stored.damage(kSql, height, body);
    }
    void expect_proof(const NodeId& holder, Window window, Window settled) {
        SCOPED_TRACE(holder.str() + " of window " + std::to_string(window));
        const auto proof =
            make_proof(stored.open(), stored.genesis(), stored.holder(holder), kMeter, window);
        ASSERT_TRUE(proof) << proof.error().explanation;
        const auto found = check_proof(encode_proof(*proof), stored.genesis());
        ASSERT_TRUE(found) << found.error().explanation;
        EXPECT_EQ(found->settled, settled);
        EXPECT_FALSE(found->line.estimated);
        EXPECT_EQ(found->line.closing.gaps.size(), gaps().size()) << "what was cut is proved so";
        const auto& said = std::get<Settlement>(proof->settlement.transaction.content);
        Bytes changed = encode_proof(*proof);
        const Bytes& closing = said.lines.front().closing;
        const auto at = std::search(changed.begin(), changed.end(), closing.begin(), closing.end());
        ASSERT_NE(at, changed.end());
        *at ^= 1U;
        EXPECT_FALSE(check_proof(changed, stored.genesis()));
    }
};

TEST_F(CutPast, is_recomputed_by_everybody_who_holds_keys_of_its_time) {
    const std::size_t room = past_room(chain.state(), kMeters).gaps;
    ASSERT_LT(room / gap_weight(gaps().front()), kMaxGaps) << "it is cut for want of room";
    ASSERT_EQ(gaps().size(), room / gap_weight(gaps().front()));
    ASSERT_EQ(gaps().size(), chain.state().meters.at(kMeter).unread.size());
    expect_sound(std::nullopt, {{0, kLast + 1}});
    expect_sound(network.dgmd(), {});
    expect_sound(kGone, {{kLast + 1, kLast + 1}});
    expect_sound(kCome, {{0, kLast}});
}

TEST_F(CutPast, keeps_no_change_to_itself_that_is_made_to_a_ledger_afterwards) {
    for (const CommittedBlock& committed : chain.blocks()) {
        for (const Transaction& transaction : committed.block.transactions) {
            const Height height = committed.block.header.height;
            const auto* settlement = std::get_if<Settlement>(&transaction.content);
            if (settlement != nullptr && settlement->window >= kLast)
                expect_change_is_found(height, settlement->lines.front().closing);
            if (const auto* said = std::get_if<Handover>(&transaction.content))
                expect_change_is_found(height, said->sealed);
        }
    }
    expect_sound(std::nullopt, {{0, kLast + 1}});
}

TEST_F(CutPast, is_cut_on_by_newcomers_and_who_keeps_or_forgets_more_is_named) {
    settle(kLast + 2, HeldReadings{});
    stored.store();
    const HeldReadings held = hear(kLast + 3);
    const auto honest = chain.accounts(kOne).draft(chain.state(), kLast + 3, held);
    ASSERT_TRUE(honest);
    const RegisterGap oldest = gaps().front();
    ASSERT_EQ(honest->lines.front().closing.gaps.size(), gaps().size()) << "one came, one goes";
    ASSERT_NE(honest->lines.front().closing.gaps.front(), oldest);
    SettlementDraft keeps = *honest;
    auto& kept = keeps.lines.front().closing.gaps;
    kept.insert(kept.begin(), oldest);
    SettlementDraft forgets = *honest;
    auto& left = forgets.lines.front().closing.gaps;
    left.erase(left.begin());
    for (const SettlementDraft& lie : {keeps, forgets}) {
        const Ledger ledger = ledger_with(lie, kLast + 3, held);
        for (const NodeId& holder : {network.dgmd(), kCome}) {
            const VerifyReport report = verify(ledger, holder);
            ASSERT_FALSE(report.sound()) << holder.str();
            EXPECT_EQ(report.fault->height, chain.state().height + 1);
            EXPECT_THAT(report.fault->explanation, HasSubstr("wrong_lines"));
        }
        EXPECT_TRUE(verify(ledger, std::nullopt).sound()) << "sealed to whoever has no key";
        EXPECT_TRUE(verify(ledger, kGone).sound());
    }
    EXPECT_TRUE(verify(ledger_with(*honest, kLast + 3, held), kCome).sound());
}

TEST_F(CutPast, leaves_every_line_to_be_proved_by_who_settled_it) {
    HeldReadings late = hear(kLast + 2);
    settle(kLast + 2, HeldReadings{});
    late.merge(hear(kLast + 3));
    settle(kLast + 3, late);
    stored.store();
    expect_proof(kGone, kLast, kLast);
    expect_proof(kCome, kLast + 1, kLast + 1);
    expect_proof(kCome, kLast + 3, kLast + 3);
    expect_proof(kCome, kLast + 2, kLast + 3);
    expect_proof(network.dgmd(), kLast, kLast);
}

}  // namespace
}  // namespace fairfeed::test
