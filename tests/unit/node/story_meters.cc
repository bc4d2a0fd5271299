// The actions of meters in a story, and DGMD's orders about them.
#include "core/wire/event_codec.h"
#include "core/wire/message_codec.h"
#include "tests/unit/node/story.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kUsualWh = 900;      // generated in a quarter hour
constexpr std::int64_t kUsualLoadWh = 100;  // imported
constexpr std::int64_t kQuartersPerHour = 4;
const ClusterId kCluster = TestNetwork::cluster(1);
constexpr Registers kTakenOutWith{90'000, 90'000, 90'000};  // by a work permit

}  // namespace

bool Story::is_of_meters(const Words& words) const {
    return (words[0] == "all" && words[1] == "read") || words[0].starts_with("window") ||
           words[0] == "twin" || words[0].starts_with("meter-") || words[1] == "replaces" ||
           (words[0] == "dgmd" && words[1] == "gives");
}

// window 1 passes | windows 1 to 3 pass [but meter-1-2]: only blocks are told | all read window 0
// [but meter-1-2] | meter-1-1 reads window 0 [with ..] [to node-1 ..] | meter-1-1 measures window 0
// [with ..] | meter-1-1 sends window 0 [to ..] | twin of meter-1-1 reads window 0 [to ..] |
// meter-1-1 is opened in window 0 | meter-1-1 alarms [to ..] | dgmd replaces meter-1-1 by meter-new
// from window 3 | dgmd gives cluster-1 to node-5 node-2 from window 3 | meter-1-1 of window 0 comes
// altered|retained to node-1
void Story::follow_meters(const Words& words) {
    if (words[0].starts_with("window")) return let_windows_pass(words);
    if (words[0] == "all") return read_all(words.window(), words);
    if (words[1] == "gives") return give_cluster(words);
    if (words[0] == "dgmd") return replace(MeterId(words[2]), words);
    const MeterId meter(words[0] == "twin" ? words[2] : words[0]);
    if (words.has("opened") || words.has("alarms")) return open(meter, words);
    if (words.has("comes")) return bring(meter, words);
    if (words.has("reads") || words.has("measures")) return read(meter, words.window(), words);
    if (words[1] != "sends" || !readings_.contains({meter, words.window()})) words.unknown();
    send(readings_.at({meter, words.window()}), words);
}

void Story::let_windows_pass(const Words& words) {
    constexpr std::int64_t kUntilSettledMs = 3000;
    blocks_alone_are_told_ = true;
    const auto first = static_cast<Window>(words.number_after(words[0]));
    const Window last = words.has("to") ? static_cast<Window>(words.number_after("to")) : first;
    for (Window window = first; window <= last; ++window) {
        world_->go_to_end_of(window);
        read_all(window, words);
        world_->run_for(kUntilSettledMs);
    }
    blocks_alone_are_told_ = false;
}

void Story::read_all(Window window, const Words& words) {
    for (const MeterId& meter : world_->network().meters(kCluster)) {
        const bool is_away = words.has("but") && words.after("but") == meter.str();
        read(meter, window, is_away ? Words("measures") : words);
    }
}

// with 150 Wh a quarter | with a peak of 6000 W | with registers that fell | with registers reset |
// with 200 Wh from a roof
void Story::read(const MeterId& id, Window window, const Words& words) {
    const bool is_twin = words[0] == "twin";
    TestMeter& meter = is_twin ? twins_.at(id) : world_->meter(id);
    meter.use_key_epoch(world_->chain().key_epoch(id, window).value_or(1));
    const bool producer = world_->first_state().capacity_w(id, window) > 0 || words.has("roof");
    std::int64_t wh = producer ? kUsualWh : kUsualLoadWh;
    if (is_twin) wh /= 2;
    if (words.has("Wh")) wh = words.number_after("with");
    const QuarterHour quarter = producer ? QuarterHour{0, wh, wh} : QuarterHour{wh, 0, 0};
    const Profile profile = flat_profile(world_->first_state(), quarter);
    if (!is_twin) {
        twins_.erase(id);
        twins_.emplace(id, meter);
    }
    OpenedReading reading = [&] {
        if (!words.has("peak") && !words.has("registers")) return meter.read(window, profile);
        ReadingBody body = body_from(meter.registers(), profile);
        if (words.has("peak")) body.peak_generation_w = words.number_after("of");
        if (words.has("registers")) {
            body = body_from(Registers{}, profile);
            if (words.has("reset")) body.flags |= kFlagRegisterReset;
        }
        return meter.read_body(window, body);
    }();
    if (!is_twin) readings_.insert_or_assign({id, window}, reading);
    if (!words.has("measures")) send(reading, words);
}

void Story::send(const OpenedReading& reading, const Words& words) {
    world_->publish_reading(reading, words.nodes_after("to"));
}

void Story::open(const MeterId& id, const Words& words) {
    if (words.has("opened")) {
        const MeterAlarm alarm{1,
                               world_->network().network(),
                               id,
                               kCluster,
                               words.window(),
                               kAlarmCounter,
                               AlarmType::seal_broken,
                               0};
        events_.insert_or_assign(id, make_event(alarm, world_->network().key(id)));
    }
    auto to = words.nodes_after("to");
    if (to.empty()) to = world_->network().committee(kCluster);
    for (const NodeId& node : to) {
        world_->publish_packet(topic(id.str(), Channel::event).str(), events_.at(id).envelope,
                               node);
    }
}

void Story::replace(const MeterId& id, const Words& words) {
    const MeterId fresh(words.after("by"));
    const Window from = words.window();
    const TestNetwork& network = world_->network();
    const NodeId node = network.committee(kCluster)[0];
    std::vector<NodeId> readers = network.committee(kCluster);
    readers.push_back(network.dgmd());
    MeterRegistration meter{0,
                            fresh,
                            kCluster,
                            "sp-" + id.str(),
                            signing_key(fresh.str()).public_key(),
                            from,
                            ConnectionRating{},
                            kInstalled};
    if (words.has("permit")) meter.permit = WorkPermit{id, kTakenOutWith, from};
    const std::vector<TransactionContent> notices{meter, network.grant(fresh, 1, readers, from)};
    ChainState state = world_->node(node).state();
    for (const TransactionContent& content : notices) {
        const TransactionBundle bundle{{network.from_dgmd(state, content)}};
        ++state.dgmd_sequence;
        world_->arrive(network.dgmd(), topic("dgmd", Channel::tx), encode_bundle(bundle), node);
    }
}

// Grants new data keys to the members, then allocates the members.
void Story::give_cluster(const Words& words) {
    const TestNetwork& network = world_->network();
    const Window from = words.window();
    CommitteeAllocation committee = world_->chain().clusters.at(kCluster).committee;
    committee.members = words.nodes_after("to");
    committee.epoch += 1;
    committee.effective = from;
    std::vector<NodeId> readers = committee.members;
    readers.push_back(network.dgmd());
    std::vector<TransactionContent> notices;
    for (const MeterId& meter : network.meters(kCluster)) {
        const KeyEpoch next = world_->chain().meters.at(meter).grants.back().epoch + 1;
        notices.emplace_back(network.grant(meter, next, readers, from));
    }
    notices.emplace_back(std::move(committee));
    ChainState state = world_->chain();
    for (const TransactionContent& content : notices) {
        world_->say_to_all(network.from_dgmd(state, content));
        ++state.dgmd_sequence;
    }
}

// Delivers the stored packet as a third party could.
void Story::bring(const MeterId& meter, const Words& words) {
    Bytes packet = readings_.at({meter, words.window()}).reading.envelope;
    if (words.has("altered")) packet.back() ^= 1;
    world_->publish_packet(topic(meter.str(), Channel::reading).str(), packet,
                           words.nodes_after("to").at(0), words.has("retained"));
}

}  // namespace fairfeed::test
