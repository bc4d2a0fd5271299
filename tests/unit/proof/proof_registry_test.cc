// The registry transactions that a proof attaches: a checker with the genesis file alone lacks
// none.
#include <gmock/gmock.h>

#include "core/proof/evidence_proof.h"
#include "core/proof/proof.h"
#include "core/wire/event_codec.h"
#include "core/wire/evidence_codec.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed::test {
namespace {

using ::testing::ElementsAre;

const ClusterId kFounded = TestNetwork::cluster(1);
const ClusterId kLater = TestNetwork::cluster(2);  // founded after genesis
const NodeId kNode = TestNetwork::node(1);
const MeterId kFirst = TestNetwork::meter(1, 1);
const MeterId kSecond("second");
const MeterId kThird("third");

TestNetworkOptions one_node(std::size_t meters) {
    TestNetworkOptions options;
    options.nodes = 1;
    options.meters_per_cluster = meters;
    return options;
}

class ProofRegistry : public testing::Test {
  protected:
    explicit ProofRegistry(TestNetworkOptions options = one_node(2))
        : stored_(std::move(options)) {}
    void append(const Transaction& transaction) {
        TestChain& chain = stored_.chain();
        const std::int64_t time_ms = chain.state().tip_time_ms + 1000;
        const auto done = chain.append(chain.next_block({transaction}, time_ms));
        CHECK(done.has_value());
    }
    void say(const TransactionContent& content) {
        append(stored_.network().from_dgmd(stored_.chain().state(), content));
    }
    void install(const MeterId& meter, const ClusterId& cluster, Window effective,
                 const std::string& service_point = "sp-" + kFirst.str()) {
        const TestNetwork& network = stored_.network();
        const auto& key = network.key(meter).public_key();
        say(MeterRegistration{0, meter, cluster, service_point, key, effective, ConnectionRating{},
                              test::kInstalled});
        say(network.grant(meter, 1, {kNode, network.dgmd()}, effective));
    }
    void open(const MeterId& meter, const ClusterId& cluster, Window window) {
        const TestNetwork& network = stored_.network();
        append(make_event({1, network.network(), meter, cluster, window, 77, AlarmType::seal_broken,
                           1'470'700'000},
                          network.key(meter)));
    }
    void found_later_cluster() { say(CommitteeAllocation{0, kLater, {}, {kNode}, 1, 2}); }
    void run_windows(Window first, Window last) {
        for (Window window = first; window <= last; ++window)
            stored_.chain().run_window({kFounded}, window);
    }
    // Two readings of one window.
    void accuse(const MeterId& meter, Window window) {
        TestChain& chain = stored_.chain();
        const auto read = [&] {
            return chain.meter(meter)
                .read(window, flat_profile(chain.state(), {100, 0, 0}))
                .reading.envelope;
        };
        const auto evidence =
            make_evidence(Offence::two_readings, read(), read(), stored_.network().network());
        CHECK(evidence.has_value());
        CHECK(chain.append(chain.next_block({*evidence})).has_value());
    }
    [[nodiscard]] Proof proof_of(const MeterId& meter, Window window) {
        stored_.store();
        auto proof =
            make_proof(stored_.open(), stored_.genesis(), stored_.holder(kNode), meter, window);
        CHECK(proof.has_value());
        return std::move(*proof);
    }
    [[nodiscard]] EvidenceProof proof_against(const MeterId& meter) {
        stored_.store();
        auto proof = make_evidence_proof(stored_.open(), stored_.genesis(), meter.str());
        CHECK(proof.has_value());
        return std::move(*proof);
    }
    [[nodiscard]] std::string fault_of(const Proof& proof) const {
        const auto checked = check_proof(encode_proof(proof), stored_.genesis());
        return checked ? "none" : checked.error().explanation;
    }
    [[nodiscard]] std::string fault_of(const EvidenceProof& proof) const {
        const auto checked = check_evidence_file(encode_evidence_proof(proof), stored_.genesis());
        return checked ? "none" : checked.error().explanation;
    }
    // "METER second", "EVENT first", "COMMITTEE cluster-2", in the order of the file.
    [[nodiscard]] static std::vector<std::string> attached(
        const std::vector<RegistryEvidence>& registry) {
        std::vector<std::string> names;
        for (const RegistryEvidence& each : registry) {
            const TransactionContent& content = each.included.transaction.content;
            if (const auto* meter = std::get_if<MeterRegistration>(&content))
                names.push_back("METER " + meter->meter.str());
            else if (const auto* event = std::get_if<MeterAlarm>(&content))
                names.push_back("EVENT " + event->meter.str());
            else if (const auto* committee = std::get_if<CommitteeAllocation>(&content))
                names.push_back("COMMITTEE " + committee->cluster.str());
            else
                names.emplace_back("another");
        }
        return names;
    }
    template <class AnyProof>
    void expect_none_can_be_left_out(const AnyProof& proof) const {
        for (std::size_t i = 0; i < proof.registry.size(); ++i) {
            AnyProof without = proof;
            without.registry.erase(without.registry.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_NE(fault_of(without), "none") << "without number " << i;
        }
    }

    StoredChain stored_;
};

// The first meter is there at genesis; the third one measures from window 4 on.
class MeterReplacedTwice : public ProofRegistry {
  protected:
    MeterReplacedTwice() {
        run_windows(0, 0);
        open(kFirst, kFounded, 1);
        install(kSecond, kFounded, 2);
        run_windows(1, 2);
        open(kSecond, kFounded, 3);
        install(kThird, kFounded, 4);
        run_windows(3, 4);
    }
};

TEST_F(MeterReplacedTwice, has_no_proof_without_the_meter_between) {
    const Proof proof = proof_of(kThird, 4);
    EXPECT_THAT(attached(proof.registry), ElementsAre("EVENT " + kFirst.str(), "METER second",
                                                      "EVENT second", "METER third"));
    EXPECT_EQ(fault_of(proof), "none");
    expect_none_can_be_left_out(proof);
}

TEST_F(MeterReplacedTwice, has_no_proof_of_guilt_without_the_meter_between) {
    accuse(kThird, 5);
    const EvidenceProof proof = proof_against(kThird);
    EXPECT_THAT(attached(proof.registry), ElementsAre("EVENT " + kFirst.str(), "METER second",
                                                      "EVENT second", "METER third"));
    EXPECT_EQ(fault_of(proof), "none");
}

TEST_F(MeterReplacedTwice, leaves_the_proofs_of_those_before_it_as_they_were) {
    EXPECT_THAT(attached(proof_of(kFirst, 0).registry), ElementsAre());
    EXPECT_EQ(fault_of(proof_of(kFirst, 0)), "none");
    EXPECT_THAT(attached(proof_of(kSecond, 2).registry),
                ElementsAre("EVENT " + kFirst.str(), "METER second"));
    EXPECT_EQ(fault_of(proof_of(kSecond, 2)), "none");
}

TEST_F(MeterReplacedTwice, leaves_the_guilt_of_those_before_it_provable) {
    accuse(kFirst, 0);
    EXPECT_THAT(attached(proof_against(kFirst).registry), ElementsAre());
    EXPECT_EQ(fault_of(proof_against(kFirst)), "none");
    accuse(kSecond, 2);
    EXPECT_THAT(attached(proof_against(kSecond).registry),
                ElementsAre("EVENT " + kFirst.str(), "METER second"));
    EXPECT_EQ(fault_of(proof_against(kSecond)), "none");
}

// A meter of a cluster that genesis does not know.
class MeterOfALaterCluster : public ProofRegistry {};

TEST_F(MeterOfALaterCluster, has_no_proof_of_guilt_without_its_committee) {
    run_windows(0, 0);
    found_later_cluster();
    open(kFirst, kFounded, 1);
    install(kSecond, kLater, 2);
    accuse(kSecond, 2);
    const EvidenceProof proof = proof_against(kSecond);
    EXPECT_THAT(attached(proof.registry),
                ElementsAre("COMMITTEE cluster-2", "EVENT " + kFirst.str(), "METER second"));
    EXPECT_EQ(fault_of(proof), "none");
    expect_none_can_be_left_out(proof);
}

TEST_F(MeterOfALaterCluster, is_no_gap_in_the_proof_of_the_meter_that_replaced_it) {
    run_windows(0, 0);
    open(kFirst, kFounded, 1);
    found_later_cluster();
    install(kSecond, kLater, 2);
    run_windows(1, 2);
    open(kSecond, kLater, 3);
    install(kThird, kFounded, 4);
    run_windows(3, 4);
    const Proof proof = proof_of(kThird, 4);
    EXPECT_THAT(attached(proof.registry),
                ElementsAre("EVENT " + kFirst.str(), "COMMITTEE cluster-2", "METER second",
                            "EVENT second", "METER third"));
    EXPECT_EQ(fault_of(proof), "none");
}

// Only earlier settlements tell that a window stood still, and the proof file does not hold them.
TEST_F(ProofRegistry, lets_a_cluster_founded_later_be_given_away_where_it_stands_still) {
    found_later_cluster();
    install(kSecond, kLater, 2, "sp-later");
    run_windows(0, 1);
    stored_.chain().run_window({kFounded, kLater}, 2);
    run_windows(3, 6);
    say(CommitteeAllocation{0, kLater, {}, {kNode}, 2, 3});
    stored_.chain().run_window({kLater}, 3);
    const Proof proof = proof_of(kSecond, 3);
    EXPECT_EQ(attached(proof.registry).back(), "COMMITTEE cluster-2");
    EXPECT_EQ(fault_of(proof), "none");
}

// The cluster has as many meters as a block has room for. A further meter needs the removal of one
// of them.
class FullCluster : public ProofRegistry {
  protected:
    static TestNetworkOptions four_meters() {
        TestNetworkOptions options = one_node(4);
        options.parameters.max_block_transactions = 5;
        return options;
    }
    FullCluster() : ProofRegistry(four_meters()) {}
};

TEST_F(FullCluster, has_no_proof_of_a_new_meter_without_the_event_that_made_room_for_it) {
    run_windows(0, 0);
    open(kFirst, kFounded, 1);
    install(kSecond, kFounded, 2, "sp-elsewhere");
    run_windows(1, 2);
    const Proof proof = proof_of(kSecond, 2);
    EXPECT_THAT(attached(proof.registry), ElementsAre("EVENT " + kFirst.str(), "METER second"));
    EXPECT_EQ(fault_of(proof), "none");
    expect_none_can_be_left_out(proof);
}

}  // namespace
}  // namespace fairfeed::test
