#include "tests/fuzz/notice_seeds.h"

#include "core/base/check.h"
#include "gateway/office/draft.h"
#include "tests/fuzz/little_state.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed::fuzz {
namespace {

const NodeId kNode("node-2");
const MeterId kMeter("meter-1");
const ClusterId kCluster("cluster-1");

}  // namespace

std::map<std::string, Bytes> notice_seeds() {
    std::map<std::string, Bytes> seeds;
    const auto add = [&](const std::string& name, const TransactionContent& content) {
        seeds[name] = encode_transaction(samples::dgmd(content));
    };
    const PublicKey key = samples::signer("a").public_key();
    add("meter",
        MeterRegistration{1, kMeter, kCluster, "sp-17", key, 0, {35, 1, 240}, {1200, 30, 400}});
    MeterRegistration successor{12, MeterId("meter-2"), kCluster, "sp-17", key,
                                60, {35, 1, 240},       {7, 0, 3}};
    successor.permit = WorkPermit{kMeter, {9200, 830, 1400}, 57};
    add("meter_permit", successor);
    add("node", NodeRegistration{2, kNode, key, key, {-120, 4500}});
    add("committee", CommitteeAllocation{3, kCluster, {10, -20}, {kNode, NodeId("node-1")}, 1, 0});
    add("key_grant", samples::key_grant());
    add("capacity", CapacityCertificate{6, kMeter, 5000, 0});
    add("capacity_again", CapacityCertificate{9, kMeter, 4500, 60, samples::digest("visit")});
    add("deauthorise", Deauthorisation{8, kMeter, DeauthorisationReason::over_capacity, 50});
    seeds["deauthorise_by_policy"] = encode_transaction(samples::by_policy());
    add("officers", OfficeChange{10, samples::office()});
    add("dgmd_keys", samples::dgmd_keys());
    add("policy", samples::policy());
    add("command", samples::command());
    add("revoke", NodeRevocation{7, NodeId("node-5")});
    add("tariff", TariffNotice{7, {250'000, 80'000}, 42});
    add("tariff_bands", TariffNotice{8, samples::banded(), 84});
    return seeds;
}

Bytes draft_seed() {
    const LittleState& little = little_state();
    const CapacityCertificate content{0, test::TestNetwork::meter(1, 1), 6000, 9};
    Draft draft{.network = little.network.network(),
                .notice = little.network.draft(little.state, content, 99),
                .office = little.state.office.office};
    CHECK(add_approval(draft, test::signing_key("officer-2")));
    return encode_draft(draft);
}

}  // namespace fairfeed::fuzz
