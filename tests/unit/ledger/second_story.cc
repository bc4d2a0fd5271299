#include "tests/unit/ledger/second_story.h"

#include "core/accounts/handover.h"
#include "core/crypto/digest.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/event_codec.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/handover_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed::test {
namespace {

const ClusterId kCluster = TestNetwork::cluster(1);
const ClusterId kLater("cluster-9");              // founded after genesis
const MeterId kRoof = TestNetwork::meter(1, 1);   // a prosumer that obeys its share
const MeterId kHome = TestNetwork::meter(1, 2);   // a consumer
const MeterId kBarn = TestNetwork::meter(1, 3);   // generates above its certificate; is opened
const MeterId kNew = TestNetwork::meter(1, 4);    // panels without a certificate; read late
const MeterId kShade = TestNetwork::meter(1, 5);  // a roof in the shade; away, and then reset
const MeterId kNextBarn("meter-1-6");
const MeterId kFar("meter-9-1");
constexpr Window kFirst = 20;
constexpr Window kWeek = 24;  // of 25 200 s, from the grid epoch

TestNetworkOptions odd_network() {
    TestNetworkOptions options;
    options.nodes = 6;
    options.clusters = 1;  // its committee: nodes 1 to 4
    options.meters_per_cluster = 5;
    options.meters_effective = kFirst;
    options.tariff = {251'337, 81'119};
    options.parameters.name = "test-2";
    options.parameters.window_seconds =
        25'200;  // seven hours: three to a day, and three hours over
    options.parameters.speed = 60;
    options.parameters.rule = ShareRule::generation;
    options.parameters.basis = ShareBasis::same_window_yesterday;
    options.parameters.share_offset_s = 1800;
    options.parameters.max_block_transactions = 9;  // genesis has more
    return options;
}

constexpr std::int64_t kSunnyLoad = 211;

}  // namespace

void SecondStory::live(const MeterId& meter, Window window, const Day& day) {
    kept_[window].insert_or_assign(meter, measure(meter, window, day));
}

HeldReadings SecondStory::heard(std::initializer_list<std::pair<MeterId, Window>> readings) const {
    HeldReadings out;
    for (const auto& [meter, window] : readings)
        out[window].insert({meter, kept_.at(window).at(meter)});
    return out;
}

// Windows 20 and 21: the energy since the installation, and every flag of a line with a reading.
void SecondStory::begin() {
    chain().meter(kHome).advance(Profile(28, {11, 0, 0}));
    live(kRoof, 20, {.load_wh = kSunnyLoad, .noon_wh = 1103, .obeys = true, .boast_wh = 1000});
    live(kHome, 20, {.load_wh = 183});
    live(kBarn, 20, {.load_wh = 1497, .noon_wh = 1501});
    live(kNew, 20, {.load_wh = 149});
    live(kShade, 20, {.load_wh = 61, .noon_wh = 307});
    settle(
        "window 20, without a surplus: meter-1-4 missing and never read; meter-1-2 begins above "
        "METER's registers; "
        "meter-1-1 claims too much, meter-1-3 is over its capacity, meter-1-5 in the shade",
        kCluster, 20, heard({{kRoof, 20}, {kHome, 20}, {kBarn, 20}, {kShade, 20}}), {});
    live(kRoof, 21, {.load_wh = kSunnyLoad, .noon_wh = 1201, .obeys = true});
    live(kHome, 21, {.load_wh = 191});
    live(kBarn, 21, {.load_wh = 101, .noon_wh = 1499});
    live(kNew, 21, {.load_wh = 151});
    live(kShade, 21, {.load_wh = 67, .noon_wh = 311});
    settle("window 21: meter-1-2, meter-1-4 and meter-1-5 missing", kCluster, 21,
           heard({{kRoof, 21}, {kBarn, 21}}), {});
}

// Of two TARIFFs for one window the first one is never in force.
void SecondStory::change_rates() {
    say("two TARIFFs from 24, CAPACITYs of meter-1-3 and meter-1-4 from 25",
        {TariffNotice{0, {391'337, 70'001}, kWeek}, TariffNotice{0, {300'338, 90'120}, kWeek},
         CapacityCertificate{0, kBarn, 6001, 25}, CapacityCertificate{0, kNew, 3001, 25}},
        time_in(22, 3600));
    live(kRoof, 22, {.load_wh = kSunnyLoad, .noon_wh = 1153, .obeys = true});
    live(kHome, 22, {.load_wh = 193});
    live(kBarn, 22, {.load_wh = 1493, .noon_wh = 1307});
    live(kNew, 22, {.load_wh = 157});
    live(kShade, 22, {.load_wh = 71, .noon_wh = 313});
    settle(
        "window 22 from slot 1, without a surplus: meter-1-2, meter-1-4 and meter-1-5 missing "
        "again",
        kCluster, 22, heard({{kRoof, 22}, {kBarn, 22}}), {.before = {}, .version = 0, .slot = 1});
}

// The cluster's first committee has two members; the second one is node-3 alone.
void SecondStory::found_cluster() {
    const std::vector<NodeId> two = nodes({5, 2});
    const std::vector<NodeId> one = {TestNetwork::node(3)};
    const std::vector<NodeId> readers = {stored_.network().dgmd(), TestNetwork::node(2),
                                         TestNetwork::node(3), TestNetwork::node(5)};
    say("cluster-9 with a committee of two from 24 and of one from 28; its meter-9-1 from 24, its "
        "KEY_GRANT from 26",
        {CommitteeAllocation{0, kLater, {900, -40}, two, 1, kWeek},
         MeterRegistration{0,
                           kFar,
                           kLater,
                           "sp-far",
                           signing_key(kFar.str()).public_key(),
                           kWeek,
                           {35, 1, 240},
                           kInstalled},
         CapacityCertificate{0, kFar, 2501, kWeek}, stored_.network().grant(kFar, 1, readers, 26),
         CommitteeAllocation{0, kLater, {900, -40}, one, 2, 28}},
        time_in(23, 3600));
}

// Windows 23 and 24, before and after the change of rates.
void SecondStory::pass_a_week() {
    live(kRoof, 23, {.load_wh = kSunnyLoad, .noon_wh = 1151, .obeys = true});
    live(kHome, 23, {.load_wh = 197});
    live(kBarn, 23, {.load_wh = 107, .noon_wh = 1303});
    live(kNew, 23, {.load_wh = 163});
    live(kShade, 23, {.load_wh = 73, .noon_wh = 317});
    settle(
        "window 23, issued again: meter-1-2's gap of two windows closed; meter-1-1, meter-1-3 "
        "and meter-1-5 missing, estimated from the day before",
        kCluster, 23, heard({{kHome, 23}}), {.before = {}, .version = 1, .slot = 0});
    live(kRoof, 24, {.load_wh = kSunnyLoad, .noon_wh = 997, .obeys = true});
    live(kHome, 24, {.load_wh = 199});
    live(kBarn, 24, {.load_wh = 109, .noon_wh = 1301});
    live(kNew, 24, {.load_wh = 40, .noon_wh = 401});
    live(kShade, 24, {.load_wh = 79, .noon_wh = 331});
    settle("window 24: meter-1-4 heard for the first time, with generation nobody certified",
           kCluster, 24, heard({{kHome, 24}, {kBarn, 24}, {kNew, 24}}), {});
}

// The block of window 25 has a time far too late; that of window 26 sets the time right.
void SecondStory::set_time_back() {
    for (const Window window : {25U, 26U}) {
        live(kRoof, window, {.load_wh = kSunnyLoad, .noon_wh = 1009, .obeys = true});
        live(kHome, window, {.load_wh = 211});
        live(kBarn, window, {.load_wh = 113, .noon_wh = 1297});
        live(kNew, window, {.load_wh = 43, .noon_wh = 409});
        if (window == 25) live(kShade, window, {.load_wh = 83, .noon_wh = 337});
    }
    HeldReadings of_25 = heard({{kHome, 21}, {kRoof, 25}, {kHome, 25}, {kBarn, 25}, {kNew, 25}});
    settle(
        "window 25, in a block whose time is 120 000 grid seconds too late: meter-1-1's gap "
        "lies on both sides of 24; meter-1-2's reading of 21 late behind newer ones",
        kCluster, 25, of_25,
        {.before = {}, .version = 0, .slot = 0, .time_ms = time_in(26, 120'000)});
    chain().meter(kShade).reset_registers({3, 0, 7});
    live(kShade, 26, {.load_wh = 89, .noon_wh = 347, .flags = kFlagRegisterReset});
    settle("window 26, in a block that sets the time back: meter-1-5 read, its registers reset",
           kCluster, 26, heard({{kRoof, 26}, {kHome, 26}, {kBarn, 26}, {kNew, 26}, {kShade, 26}}),
           {.before = {}, .version = 0, .slot = 0, .time_ms = time_in(27, 60)});
}

// Five late readings are held, and a block of nine transactions has room for three of them.
void SecondStory::come_back() {
    for (const Window window : {27U, 28U}) {
        live(kRoof, window, {.load_wh = kSunnyLoad, .noon_wh = 1013, .obeys = true});
        live(kBarn, window, {.load_wh = 127, .noon_wh = 1289});
        live(kNew, window, {.load_wh = 47, .noon_wh = 419, .obeys = true});
        live(kShade, window, {.load_wh = 91, .noon_wh = 349});
        if (window == 28) chain().meter(kHome).reset_registers({1, 0, 0});
        live(kHome, window, {.load_wh = 223, .flags = window == 28 ? kFlagRegisterReset : 0U});
    }
    settle(
        "window 27: room for three of the five late readings held: meter-1-2's of 22, "
        "meter-1-5's of 22 and 23, behind which registers were reset",
        kCluster, 27,
        heard({{kHome, 22},
               {kShade, 22},
               {kShade, 23},
               {kShade, 24},
               {kShade, 25},
               {kRoof, 27},
               {kHome, 27},
               {kBarn, 27},
               {kNew, 27},
               {kShade, 27}}),
        {});
    settle("window 28: meter-1-2 missing; meter-1-5's readings of 24 and 25 late", kCluster, 28,
           heard({{kShade, 24}, {kShade, 25}, {kRoof, 28}, {kBarn, 28}, {kNew, 28}, {kShade, 28}}),
           {});
}

void SecondStory::accuse_and_revoke() {
    const Digest network = stored_.network().network();
    const auto vote = [&](std::string_view block) {
        Vote out{.content = {VoteType::prevote, 3, 1, sha256(as_bytes(block))},
                 .validator = TestNetwork::node(4),
                 .signature = {}};
        out.signature = stored_.network()
                            .key(out.validator)
                            .sign(vote_to_be_signed(out.content, out.validator, network));
        return encode_vote(out);
    };
    const auto proposal = [&](std::string_view block) {
        Proposal out{.content = {4, 0, std::nullopt, sha256(as_bytes(block))},
                     .proposer = TestNetwork::node(3),
                     .signature = {}};
        out.signature = stored_.network()
                            .key(out.proposer)
                            .sign(proposal_to_be_signed(out.content, out.proposer, network));
        return encode_signed_proposal(out);
    };
    const auto batch = [&](std::int64_t more) {
        Settlement settlement = last_settlement();
        settlement.totals.load_wh += more;
        return to_bytes(signed_envelope(
            make_batch(settlement, network, stored_.network().key(settlement.proposer))));
    };
    std::vector<Transaction> evidence;
    for (const auto& made :
         {make_evidence(Offence::two_votes, vote("one"), vote("other"), network),
          make_evidence(Offence::two_proposals, proposal("one"), proposal("other"), network),
          make_evidence(Offence::two_batches, batch(0), batch(1), network)}) {
        CHECK(made);
        evidence.push_back(*made);
    }
    say("EVIDENCE of two votes of node-4, two proposals of node-3, two batches of node-1; REVOKE "
        "node-6, which leaves at the height after the next",
        {NodeRevocation{0, TestNetwork::node(6)}}, time_in(29, 300), evidence);
}

// The old meter does not take part in window 29; the new one measures from window 30 on.
void SecondStory::replace_the_barn() {
    const MeterAlarm alarm{.network = state().network,
                           .meter = kBarn,
                           .cluster = kCluster,
                           .window = 29,
                           .counter = state().meters.at(kBarn).last_sequence + 1,
                           .type = AlarmType::cover_open,
                           .at_s = state().grid().start_s(29) + 600};
    const std::vector<NodeId> readers = {stored_.network().dgmd(), TestNetwork::node(1),
                                         TestNetwork::node(2), TestNetwork::node(3),
                                         TestNetwork::node(4)};
    say("EVENT of meter-1-3 in window 29; meter-1-6 at its service point from 30",
        {MeterRegistration{0, kNextBarn, kCluster, "sp-" + kBarn.str(),
                           signing_key(kNextBarn.str()).public_key(), 30, ConnectionRating{},
                           Registers{17, 19, 23}},
         CapacityCertificate{0, kNextBarn, 4999, 30},
         stored_.network().grant(kNextBarn, 1, readers, 30)},
        time_in(29, 900), {make_event(alarm, signing_key(kBarn.str()))});
    chain().meter(kNextBarn).reset_registers({20, 19, 23});
    for (const Window window : {29U, 30U}) {
        live(kRoof, window, {.load_wh = kSunnyLoad, .noon_wh = 1019, .obeys = true});
        live(kHome, window, {.load_wh = 227});
        live(kNew, window, {.load_wh = 53, .noon_wh = 421, .obeys = true});
        live(kShade, window, {.load_wh = 97, .noon_wh = 353});
    }
    settle("window 29: meter-1-2's reading of 28 late, which says reset; without meter-1-3",
           kCluster, 29, heard({{kHome, 28}, {kRoof, 29}, {kHome, 29}, {kNew, 29}, {kShade, 29}}),
           {});
    live(kNextBarn, 30, {.load_wh = 131, .noon_wh = 1103});
    settle("window 30: meter-1-6 read, from above METER's registers", kCluster, 30,
           heard({{kRoof, 30}, {kHome, 30}, {kNew, 30}, {kShade, 30}, {kNextBarn, 30}}), {});
}

void SecondStory::settle_the_cluster_founded_later() {
    live(kFar, 26, {.load_wh = 23, .noon_wh = 499});
    live(kFar, 27, {.load_wh = 29, .noon_wh = 503});
    settle(
        "cluster-9, window 26: meter-9-1 missing, one window for the chain and three since METER",
        kLater, 26, {}, {});
    settle("cluster-9, window 27: meter-9-1 read for the first time", kLater, 27,
           heard({{kFar, 27}}), {});
    const NodeId dgmd = stored_.network().dgmd();
    const auto handover = write_handover(state(), last_settlement(), dgmd, {TestNetwork::node(3)},
                                         chain().keys(), stored_.network().random());
    CHECK(handover);
    add("HANDOVER of cluster-9 by the utility to node-3",
        {make_handover(*handover, dgmd, stored_.network().network(), signing_key(dgmd.str()))});
    live(kFar, 28, {.load_wh = 31, .noon_wh = 509, .obeys = true});
    settle("cluster-9, window 28 by node-3 alone, to whom readings of before do not count", kLater,
           28, heard({{kFar, 28}}), {});
}

// The notices behind OFFICERS have the approvals of its officers.
void SecondStory::deauthorise_under_other_officers() {
    const Digest visit = sha256(as_bytes("certificate of the second visit"));
    say("OFFICERS: two of officer-2, officer-4 and officer-5; DEAUTHORISE meter-1-1 from 32, "
        "CAPACITY after its re-inspection from 33, COMMAND to open meter-1-1 in 33",
        {OfficeChange{0, TestNetwork::office(2, {"officer-2", "officer-4", "officer-5"},
                                             {"inspector-1", "inspector-2"})},
         Deauthorisation{0, kRoof, DeauthorisationReason::over_capacity, 32},
         CapacityCertificate{0, kRoof, 4001, 33, visit},
         MeterCommand{0, kRoof, MeterOrder::service, CommandReason::maintenance, 33, 34, 2}},
        time_in(31, 300));
    live_and_settle("window 31: all read", 31, true);
    live_and_settle("window 32: meter-1-1 has no capacity, and its export earns nothing", 32,
                    false);
    live_and_settle("window 33: meter-1-1 is certified again", 33, true);
}

void SecondStory::live_and_settle(const std::string& title, Window window, bool has_capacity) {
    live(kRoof, window, {.load_wh = kSunnyLoad, .noon_wh = 1021, .obeys = has_capacity});
    live(kHome, window, {.load_wh = 229});
    live(kNew, window, {.load_wh = 59, .noon_wh = 431, .obeys = true});
    live(kShade, window, {.load_wh = 101, .noon_wh = 359});
    live(kNextBarn, window, {.load_wh = 137, .noon_wh = 1109});
    settle(title, kCluster, window,
           heard({{kRoof, window},
                  {kHome, window},
                  {kNew, window},
                  {kShade, window},
                  {kNextBarn, window}}),
           {});
}

// The notices behind DGMD_KEYS are by its new key.
void SecondStory::trust_another_gateway() {
    say("POLICY: one of three windows, one meter in seven days; DGMD_KEYS",
        {WatchPolicy{0, {110, 120, 1, 3}, 1}, DgmdKeyChange{0, TestNetwork::dgmd_keys("dgmd-2")}},
        time_in(34, 300));
    live_and_settle("window 34: all read", 34, true);
    live_and_settle("window 35: the first that is evidence under the policy", 35, true);
    say("DEAUTHORISE meter-1-1 from 37 by the policy, for window 35, without approvals",
        {Deauthorisation{0,
                         kRoof,
                         DeauthorisationReason::over_capacity,
                         37,
                         {35},
                         state().policy->policy.sequence}},
        time_in(36, 300));
    live_and_settle("window 36: meter-1-1 has its capacity for the last time", 36, true);
    live_and_settle("window 37: meter-1-1 has no capacity", 37, false);
}

SecondStory::SecondStory() : ToldChain(odd_network()) {
    begin();
    change_rates();
    found_cluster();
    pass_a_week();
    set_time_back();
    come_back();
    accuse_and_revoke();
    replace_the_barn();
    settle_the_cluster_founded_later();
    deauthorise_under_other_officers();
    trust_another_gateway();
    keep();
}

}  // namespace fairfeed::test
