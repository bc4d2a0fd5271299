// The faults of a story: power, links, disks, clocks.
#include <utility>

#include "tests/unit/node/story.h"

namespace fairfeed::test {

// node-1 crashes | node-1 starts | node-5 is new | all crash | all start | node-1 and node-2 are
// cut | node-1 is alone | links heal | disk of node-1 is .. | safety record of node-1 is .. | clock
// of node-1 is .. | inbox of node-1 is lost | broker of node-1 is lost | broker of node-1 is back |
// block 1 of node-1 rots
bool Story::follow_faults(const Words& words) {
    if (words[1] == "crashes" || words[1] == "starts" || words[0] == "all") {
        pull_down(words);
    } else if (words[2] == "new") {
        world_->join(NodeId(words[0]));
    } else if (words[0] == "links") {
        world_->heal();
    } else if (words[2] == "alone") {
        for (const NodeId& other : world_->network().nodes()) {
            if (other.str() != words[0]) world_->cut(NodeId(words[0]), other);
        }
    } else if (words[4] == "cut") {
        world_->cut(NodeId(words[0]), NodeId(words[2]));
    } else if (words[0] == "disk") {
        treat_disk(words);
    } else if (words[0] == "safety") {
        treat_safety_record(words);
    } else if (words[0] == "inbox") {
        lose_inbox(NodeId(words.after("of")));
    } else if (words[0] == "broker" && words.has("lost")) {
        world_->lose_broker(NodeId(words.after("of")));
    } else if (words[0] == "broker") {
        world_->connect_broker(NodeId(words.after("of")));
    } else if (words[0] == "clock") {
        set_clock(words);
    } else if (words[4] == "rots") {
        world_->rot(NodeId(words[3]), words.number_after("block"));
    } else {
        return false;
    }
    return true;
}

void Story::pull_down(const Words& words) {
    const auto struck =
        words[0] == "all" ? world_->network().nodes() : std::vector<NodeId>{NodeId(words[0])};
    for (const NodeId& node : struck) {
        if (words[1].starts_with("crash")) world_->crash(node);
        if (words[1].starts_with("start")) start(node);
    }
}

void Story::start(const NodeId& node) {
    std::erase_if(told_, [&](const auto& said) { return said.starts_with(node.str()); });
    world_->restart(node);
}

// copied | put back | empty
void Story::treat_disk(const Words& words) {
    const NodeId node(words.after("of"));
    ModelDisk& disk = world_->disk_of(node);
    const std::string& how = words.after("is");
    if (how == "copied") {
        copies_.insert_or_assign(node, disk);
    } else if (how == "put") {
        disk = copies_.at(node);
    } else if (how == "empty") {
        disk = {};
        disk.safety = SafetyTrust::fresh;
    } else {
        words.unknown();
    }
}

// lost | damaged | copied | put back | accepted: a person permits its use as it is
void Story::treat_safety_record(const Words& words) {
    const NodeId node(words.after("of"));
    ModelDisk& disk = world_->disk_of(node);
    const std::string& how = words.after("is");
    if (how == "copied") {
        copies_[node].safety_record = disk.safety_record;
    } else if (how == "put") {
        disk.safety_record = copies_.at(node).safety_record;
    } else if (how == "lost") {
        disk.safety_record.clear();
        disk.safety = SafetyTrust::lost;
    } else if (how == "damaged") {
        disk.safety = SafetyTrust::in_doubt;
    } else if (how == "accepted") {
        disk.safety = SafetyTrust::accepted;
    } else {
        words.unknown();
    }
}

// The inbox holds readings, batches and endorsements; the safety record is a separate file.
void Story::lose_inbox(const NodeId& node) {
    ModelInbox anew;
    anew.lost = true;
    world_->disk_of(node).inbox = anew;
}

// 60 s ahead | set | right, but unsynchronised | in 1970, and not synchronised
void Story::set_clock(const Words& words) {
    const NodeId node(words.after("of"));
    if (words.has("1970")) {
        world_->set_clock(node, -world_->now().real_ms, false);
    } else if (words.has("unsynchronised")) {
        world_->set_clock(node, 0, false);
    } else if (words.has("set")) {
        world_->set_clock(node, 0, true);
    } else {
        world_->set_clock(node, words.number_after("is") * 1000, true);
    }
}

}  // namespace fairfeed::test
