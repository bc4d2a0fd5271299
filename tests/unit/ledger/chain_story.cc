#include "tests/unit/ledger/chain_story.h"

#include <algorithm>
#include <array>

#include "core/contract/handover.h"
#include "core/contract/settlement.h"
#include "core/wire/event_codec.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/handover_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed::test {
namespace {

const ClusterId kCluster = TestNetwork::cluster(1);
const MeterId kRoof = TestNetwork::meter(1, 1);      // a prosumer that obeys its share
const MeterId kConsumer = TestNetwork::meter(1, 2);  // signs two readings of one window
const MeterId kBarn = TestNetwork::meter(1, 3);      // a prosumer that does not; is opened
constexpr Window kFirst = 39;  // so that the week of a new tariff, window 42, is not far

// Generation over a window, in tenths of the best quarter hours.
constexpr std::array<std::int64_t, 16> kSun = {0, 0, 1, 3, 5, 7, 9, 10, 10, 9, 7, 5, 3, 1, 0, 0};

TestNetworkOptions six_nodes() {
    TestNetworkOptions options;
    options.nodes = 6;
    options.clusters = 1;  // its committee: nodes 1 to 4
    options.meters_per_cluster = 3;
    options.meters_effective = kFirst;
    return options;
}

HeldReadings held(std::initializer_list<OpenedReading> readings) {
    HeldReadings out;
    for (const OpenedReading& each : readings)
        out[each.reading.header.window].insert({each.reading.header.meter, each});
    return out;
}

}  // namespace

OpenedReading ChainStory::measure(const MeterId& meter, Window window, const Day& day) {
    const ChainState& state = chain().state();
    const ClosingState* closing = chain().book(kCluster).closing(meter);
    const ShareSchedule shares = closing ? closing->shares : ShareSchedule{};
    const std::int64_t capacity_w = state.capacity_w(meter, window);
    Profile profile;
    std::int64_t could_wh = 0;
    for (std::size_t i = 0; i < kSun.size(); ++i) {
        const auto at_s =
            state.grid().start_s(window) + static_cast<std::int64_t>(i) * kSecondsPerQuarter;
        const auto cap_wh = quarter_cap_wh(binding_share_w(shares, capacity_w, at_s), i);
        std::int64_t generation_wh = day.noon_wh * kSun[i] / 10;
        could_wh += generation_wh;
        if (day.obeys)
            generation_wh = std::min(generation_wh, allowed_generation_wh(cap_wh, day.load_wh));
        const std::int64_t surplus_wh = generation_wh - day.load_wh;
        profile.push_back({std::max<std::int64_t>(0, -surplus_wh),
                           std::max<std::int64_t>(0, surplus_wh), generation_wh});
    }
    const auto claim = day.obeys ? std::optional(could_wh) : std::nullopt;
    return chain().meter(meter).read(window, profile, claim);
}

void ChainStory::add(const std::string& title, std::vector<Transaction> transactions,
                     std::int64_t time_ms) {
    const auto done = chain().append(chain().next_block(std::move(transactions), time_ms));
    CHECK(done);
    titles_.push_back(title);
}

void ChainStory::settle(const std::string& title, Window window, const HeldReadings& held,
                        std::vector<Transaction> before) {
    const auto group = chain().group_held(chain().settle_held(kCluster, window, held), held);
    before.insert(before.end(), group.begin(), group.end());
    add(title, std::move(before));
}

// A new week with new rates, more panels on one roof, and other neighbours, who read what comes.
void ChainStory::move_committee_and_rates() {
    ChainState state = chain().state();
    std::vector<Transaction> notices;
    const auto say = [&](const TransactionContent& content) {
        notices.push_back(stored_.network().from_dgmd(state, content));
        ++state.dgmd_sequence;
    };
    const std::vector<NodeId> next = {TestNetwork::node(5), TestNetwork::node(1),
                                      TestNetwork::node(2), TestNetwork::node(6)};
    std::vector<NodeId> readers = next;
    readers.push_back(stored_.network().dgmd());
    say(TariffNotice{0, {300'000, 90'000}, 42});
    say(CapacityCertificate{0, kRoof, 7000, 42});
    for (const MeterId& meter : {kRoof, kConsumer, kBarn})
        say(stored_.network().grant(meter, 2, readers, 43));
    CommitteeAllocation committee = state.clusters.at(kCluster).committee;
    committee.members = next;
    committee.epoch = 2;
    committee.effective = 43;
    say(committee);
    add("TARIFF from 42, CAPACITY of meter-1-1 from 42, KEY_GRANTs and COMMITTEE from 43",
        std::move(notices), state.grid().real_ms(state.grid().start_s(41) + 3600));
}

void ChainStory::hand_over() {
    const Settlement* last = nullptr;
    for (const Transaction& each : blocks().back().block.transactions)
        if (const auto* found = std::get_if<Settlement>(&each.content)) last = found;
    CHECK(last != nullptr);
    std::vector<Transaction> handovers;
    for (const NodeId& sender : {TestNetwork::node(1), TestNetwork::node(3)}) {
        const auto handover =
            write_handover(chain().state(), *last, sender, newcomers(chain().state(), kCluster),
                           chain().keys(), stored_.network().random());
        CHECK(handover);
        handovers.push_back(make_handover(*handover, sender, stored_.network().network(),
                                          stored_.network().key(sender)));
    }
    add("two HANDOVERs of window 42 to node-5 and node-6", std::move(handovers));
}

void ChainStory::break_a_seal() {
    const ChainState& state = chain().state();
    const NodeId seventh("node-7");
    const NodeRegistration node{0,
                                seventh,
                                signing_key(seventh.str()).public_key(),
                                agreement_key(seventh.str()).public_key(),
                                {700, 0}};
    const std::int64_t at_s = state.grid().start_s(44) + 1800;
    const MeterAlarm alarm{.network = state.network,
                           .meter = kBarn,
                           .cluster = kCluster,
                           .window = 44,
                           .counter = state.meters.at(kBarn).last_sequence + 1,
                           .type = AlarmType::seal_broken,
                           .at_s = at_s};
    add("NODE node-7, which joins at height 11; EVENT of meter-1-3 in window 44",
        {stored_.network().from_dgmd(state, node), make_event(alarm, signing_key(kBarn.str()))},
        state.grid().real_ms(at_s));
}

ChainStory::ChainStory() : stored_(six_nodes()) {
    titles_.emplace_back("genesis");
    const Day sunny{200, 1100, true};
    const Day barn{150, 1200, false};
    const Day home{180, 0, false};
    const auto all = [&](Window window) {
        return held({measure(kRoof, window, sunny), measure(kConsumer, window, home),
                     measure(kBarn, window, barn)});
    };
    settle("window 39: all read", kFirst, all(kFirst));
    const OpenedReading late_roof = measure(kRoof, 40, {300, 900, true});
    const OpenedReading late_barn = measure(kBarn, 40, {400, 800, false});
    settle("window 40: meter-1-1 and meter-1-3 missing, estimated", 40,
           held({measure(kConsumer, 40, home)}));
    move_committee_and_rates();
    HeldReadings on_time = all(41);
    on_time[40].insert({kRoof, late_roof});
    settle("window 41: all read, meter-1-1's reading of 40 late, meter-1-3's gap closed", 41,
           on_time);
    const OpenedReading one = measure(kConsumer, 42, home);
    const OpenedReading other = chain().meter(kConsumer).read_body(42, late_barn.body);
    HeldReadings after = held({measure(kBarn, 42, barn)});
    after[40].insert({kBarn, late_barn});
    (void)measure(kRoof, 42, {250, 700, true});
    const auto evidence = make_evidence(Offence::two_readings, one.reading.envelope,
                                        other.reading.envelope, stored_.network().network());
    CHECK(evidence);
    add("EVIDENCE of meter-1-2's two readings of window 42", {*evidence});
    settle("window 42: meter-1-1 missing, meter-1-2 void, meter-1-3's reading of 40 late behind 41",
           42, after);
    hand_over();
    for (const MeterId& meter : {kRoof, kConsumer, kBarn})
        chain().meter(meter).use_key_epoch(2);
    settle("window 43 by the next committee: all read, gaps of 42 closed", 43, all(43));
    break_a_seal();
    settle("window 44: without meter-1-3", 44,
           held({measure(kRoof, 44, sunny), measure(kConsumer, 44, home)}));
    settle("window 45, decided by seven validators", 45,
           held({measure(kRoof, 45, sunny), measure(kConsumer, 45, home)}));
    stored_.store();
}

}  // namespace fairfeed::test
