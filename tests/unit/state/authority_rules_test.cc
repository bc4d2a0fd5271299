// DGMD's own key and what it may do: after DGMD_KEYS a stolen key is worthless wherever it is shown
// (threat 54).
#include "core/state/authority_rules.h"

#include <gtest/gtest.h>

#include "core/state/app_hash.h"
#include "core/state/execution.h"
#include "core/state/office_rules.h"
#include "core/state/state_decoder.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;

const ClusterId kOne = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);
const NodeId kFirst = TestNetwork::officer(1);
const NodeId kSecond = TestNetwork::officer(2);
const DgmdKeys kNext = TestNetwork::dgmd_keys("dgmd-2");

// Window 0 is settled and window 1 runs.
class DgmdKeysTest : public testing::Test {
  protected:
    DgmdKeysTest() : chain_(network_) { chain_.run_window({kOne}, 0); }

    [[nodiscard]] const ChainState& state() const { return chain_.state(); }
    [[nodiscard]] std::string judge(const std::vector<Transaction>& transactions) const {
        ChainState copy = state();
        PlainSignatureChecker signatures;
        const auto result = execute_transactions(copy, transactions, copy.height + 1,
                                                 copy.tip_time_ms + 1, signatures);
        return result ? "accepted" : std::string(to_string(result.error().reason));
    }
    void append(const Transaction& transaction) {
        ASSERT_TRUE(chain_.append(chain_.next_block({transaction}, state().tip_time_ms + 1)));
    }
    void replace(const char* name) {
        append(network_.from_dgmd(state(), DgmdKeyChange{0, TestNetwork::dgmd_keys(name)}));
    }
    // The next notice, with all approvals, drafted by whoever has this key.
    [[nodiscard]] Transaction drafted_by(const char* key, std::uint64_t further = 0) const {
        CapacityCertificate content{state().dgmd_sequence + 1 + further, kMeter, 6000, 5};
        return network_.approved(make_notice(content, test::kLongValid, network_.dgmd(),
                                             network_.network(), test::signing_key(key)),
                                 {kFirst, kSecond});
    }

    TestNetwork network_;
    TestChain chain_;
};

TEST_F(DgmdKeysTest, the_old_key_drafts_nothing_more_and_is_refused_by_name) {
    ASSERT_EQ(judge({drafted_by("dgmd")}), "accepted");
    const Transaction change = network_.from_dgmd(state(), DgmdKeyChange{0, kNext});
    EXPECT_EQ(judge({change, drafted_by("dgmd", 1)}), "retired_key") << "in the same block";
    EXPECT_EQ(judge({change, drafted_by("dgmd-2", 1)}), "accepted");
    EXPECT_EQ(judge({drafted_by("dgmd-2")}), "wrong_signature") << "before it is in force";
    replace("dgmd-2");
    EXPECT_EQ(state().dgmd.keys, kNext);
    EXPECT_EQ(judge({drafted_by("dgmd")}), "retired_key") << "a late one, with all approvals";
    EXPECT_EQ(judge({drafted_by("mallory")}), "wrong_signature");
    EXPECT_EQ(judge({drafted_by("dgmd-2")}), "accepted");
    replace("dgmd-3");
    for (const char* old : {"dgmd", "dgmd-2"})
        EXPECT_EQ(judge({drafted_by(old)}), "retired_key") << old;
    chain_.run_window({kOne}, 1);
}

TEST_F(DgmdKeysTest, a_stolen_key_cannot_replace_itself_nor_come_back) {
    const auto verdict = [&](const DgmdKeys& keys) {
        return judge({network_.from_dgmd(state(), DgmdKeyChange{0, keys})});
    };
    EXPECT_EQ(judge({network_.draft(state(), DgmdKeyChange{0, kNext})}), "no_quorum");
    const DgmdKeys first = TestNetwork::dgmd_keys("dgmd");
    PublicKey no_point = kNext.signing;
    no_point.bytes[40] ^= 1U;
    const struct {
        const char* name;
        DgmdKeys keys;
        const char* expected;
    } table[] = {
        {"the same keys", first, "already_registered"},
        {"the same agreement key", {kNext.signing, first.agreement}, "already_registered"},
        {"one key for both", {kNext.signing, kNext.signing}, "malformed"},
        {"no key", {no_point, kNext.agreement}, "malformed"},
        {"an officer's key",
         {test::signing_key("officer-3").public_key(), kNext.agreement},
         "already_registered"},
        {"an inspector's key",
         {test::signing_key("inspector-1").public_key(), kNext.agreement},
         "already_registered"},
        {"other keys", kNext, "accepted"},
    };
    for (const auto& row : table)
        EXPECT_EQ(verdict(row.keys), row.expected) << row.name;
    replace("dgmd-2");
    EXPECT_EQ(verdict(first), "already_registered") << "it is worthless for good";
    Office with_old = TestNetwork::office(1, {"officer-1"});
    with_old.officers[0].key = first.signing;
    EXPECT_EQ(judge({network_.from_dgmd(state(), OfficeChange{0, with_old})}),
              "already_registered");
}

TEST_F(DgmdKeysTest, officers_replace_the_keys_without_the_gateway) {
    const DgmdKeyChange change{state().dgmd_sequence + 1, kNext};
    const Transaction notice =
        network_.approved(make_notice(change, test::kLongValid, kFirst, network_.network(),
                                      test::signing_key(kFirst.str())),
                          {kFirst, kSecond});
    EXPECT_EQ(judge({notice}), "accepted");
}

TEST_F(DgmdKeysTest, a_kept_state_knows_them_and_every_node_agrees_on_them) {
    const Digest before = app_hash(state());
    replace("dgmd-2");
    EXPECT_NE(app_hash(state()), before);
    const auto kept = decode_state(encode_state(state()), network_.genesis());
    ASSERT_TRUE(kept);
    EXPECT_EQ(app_hash(*kept), app_hash(state()));
    EXPECT_EQ(kept->dgmd.keys, kNext);
    PlainSignatureChecker signatures;
    const auto verdict = check_drafted(*kept, drafted_by("dgmd"), signatures);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error(), Reject::retired_key);
    EXPECT_TRUE(check_drafted(*kept, drafted_by("dgmd-2"), signatures));
}

}  // namespace
}  // namespace fairfeed
