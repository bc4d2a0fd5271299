#include "tests/unit/ledger/chain_story.h"

#include "core/wire/event_codec.h"
#include "core/wire/evidence_codec.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed::test {
namespace {

const ClusterId kCluster = TestNetwork::cluster(1);
const MeterId kRoof = TestNetwork::meter(1, 1);      // a prosumer that obeys its share
const MeterId kConsumer = TestNetwork::meter(1, 2);  // signs two readings of one window
const MeterId kBarn = TestNetwork::meter(1, 3);      // a prosumer that ignores its share; is opened
constexpr Window kFirst = 39;  // not far from window 42, the week of a new tariff

TestNetworkOptions six_nodes() {
    TestNetworkOptions options;
    options.nodes = 6;
    options.clusters = 1;  // its committee: nodes 1 to 4
    options.meters_per_cluster = 3;
    options.meters_effective = kFirst;
    return options;
}

}  // namespace

void ChainStory::settle_one(const std::string& title, Window window, const HeldReadings& held) {
    settle(title, kCluster, window, held, {});
}

// A new week with rates by time of use and a daily charge, more panels on one roof, and a new
// committee, which gets the keys of new readings.
void ChainStory::move_committee_and_rates() {
    const std::vector<NodeId> next = nodes({5, 1, 2, 6});
    std::vector<NodeId> readers = next;
    readers.push_back(stored_.network().dgmd());
    std::vector<TransactionContent> notices = {TariffNotice{0, samples::banded(), 42},
                                               CapacityCertificate{0, kRoof, 7000, 42}};
    for (const MeterId& meter : {kRoof, kConsumer, kBarn})
        notices.emplace_back(stored_.network().grant(meter, 2, readers, 43));
    CommitteeAllocation committee = state().clusters.at(kCluster).committee;
    committee.members = next;
    committee.epoch = 2;
    committee.effective = 43;
    notices.emplace_back(committee);
    say("TARIFF from 42, CAPACITY of meter-1-1 from 42, KEY_GRANTs and COMMITTEE from 43", notices,
        time_in(41, 3600));
}

void ChainStory::break_a_seal() {
    const NodeId seventh("node-7");
    const NodeRegistration node{0,
                                seventh,
                                signing_key(seventh.str()).public_key(),
                                agreement_key(seventh.str()).public_key(),
                                {700, 0}};
    const MeterAlarm alarm{.network = state().network,
                           .meter = kBarn,
                           .cluster = kCluster,
                           .window = 44,
                           .counter = state().meters.at(kBarn).last_sequence + 1,
                           .type = AlarmType::seal_broken,
                           .at_s = state().grid().start_s(44) + 1800};
    add("NODE node-7, which joins at height 11; EVENT of meter-1-3 in window 44",
        {stored_.network().from_dgmd(state(), node), make_event(alarm, signing_key(kBarn.str()))},
        time_in(44, 1800));
}

ChainStory::ChainStory() : ToldChain(six_nodes()) {
    const Day sunny{.load_wh = 200, .noon_wh = 1100, .obeys = true};
    const Day barn{.load_wh = 150, .noon_wh = 1200};
    const Day home{.load_wh = 180};
    const auto all = [&](Window window) {
        return held_of({measure(kRoof, window, sunny), measure(kConsumer, window, home),
                        measure(kBarn, window, barn)});
    };
    settle_one("window 39: all read", kFirst, all(kFirst));
    const OpenedReading late_roof =
        measure(kRoof, 40, {.load_wh = 300, .noon_wh = 900, .obeys = true});
    const OpenedReading late_barn = measure(kBarn, 40, {.load_wh = 400, .noon_wh = 800});
    settle_one("window 40: meter-1-1 and meter-1-3 missing, estimated", 40,
               held_of({measure(kConsumer, 40, home)}));
    move_committee_and_rates();
    HeldReadings on_time = all(41);
    on_time[40].insert({kRoof, late_roof});
    settle_one("window 41: all read, meter-1-1's reading of 40 late, meter-1-3's gap closed", 41,
               on_time);
    const OpenedReading one = measure(kConsumer, 42, home);
    const OpenedReading other = chain().meter(kConsumer).read_body(42, late_barn.body);
    HeldReadings after = held_of({measure(kBarn, 42, barn)});
    after[40].insert({kBarn, late_barn});
    (void)measure(kRoof, 42, {.load_wh = 250, .noon_wh = 700, .obeys = true});
    const auto evidence = make_evidence(Offence::two_readings, one.reading.envelope,
                                        other.reading.envelope, stored_.network().network());
    CHECK(evidence);
    add("EVIDENCE of meter-1-2's two readings of window 42", {*evidence});
    settle_one(
        "window 42: meter-1-1 missing, meter-1-2 void, meter-1-3's reading of 40 late "
        "behind 41",
        42, after);
    hand_over("two HANDOVERs of window 42 to node-5 and node-6", nodes({1, 3}));
    for (const MeterId& meter : {kRoof, kConsumer, kBarn})
        chain().meter(meter).use_key_epoch(2);
    settle_one("window 43 by the next committee: all read, gaps of 42 closed", 43, all(43));
    break_a_seal();
    settle_one("window 44: without meter-1-3", 44,
               held_of({measure(kRoof, 44, sunny), measure(kConsumer, 44, home)}));
    settle_one("window 45, decided by seven validators", 45,
               held_of({measure(kRoof, 45, sunny), measure(kConsumer, 45, home)}));
    keep();
}

}  // namespace fairfeed::test
