#include "gateway/follower/node_words.h"

#include <algorithm>

#include "core/accounts/books_codec.h"
#include "core/base/check.h"
#include "core/follow/catch_up.h"

namespace fairfeed {
namespace {

constexpr std::size_t kShownDigits = 16;

std::string shown(const Digest& digest) {
    return to_hex(digest.view()).substr(0, kShownDigits);
}

}  // namespace

std::string_view to_string(NodeStanding standing) {
    switch (standing) {
        case NodeStanding::unheard:
            return "unheard";
        case NodeStanding::agrees:
            return "agrees";
        case NodeStanding::ahead:
            return "ahead";
        case NodeStanding::behind:
            return "behind";
        case NodeStanding::differs:
            return "differs";
    }
    CHECK(false);
}

NodeWords::NodeWords(const std::vector<NodeId>& nodes) {
    for (const NodeId& node : nodes)
        words_[node].why_not = "not yet";
}

void NodeWords::remember(Height height, Known known) {
    known_[height] = std::move(known);
    if (known_.size() > kHeightsKept) known_.erase(known_.begin());
    for (auto& [node, word] : words_)
        if (word.said) compare(word);
}

void NodeWords::on_line(const NodeId& node, bool connected, std::string why_not, Instant now) {
    FollowedWord& word = words_[node];
    word.connected = connected;
    word.why_not = connected ? "" : std::move(why_not);
    if (connected) word.heard_ms = std::max(word.heard_ms, now.steady_ms);
}

void NodeWords::on_status(const NodeId& node, const NodeStatus& status, Instant now) {
    FollowedWord& word = words_[node];
    word.said = status;
    word.heard_ms = now.steady_ms;
    compare(word);
}

void NodeWords::on_refused(const NodeId& node, Reject reason) {
    ++words_[node].refused[std::string(to_string(reason))];
}

const NodeWords::Known* NodeWords::known(Height height) const {
    const auto found = known_.find(height);
    return found == known_.end() ? nullptr : &found->second;
}

void NodeWords::compare(FollowedWord& word) const {
    const NodeStatus& said = *word.said;
    word.difference.clear();
    const Known* ours = known(said.height);
    if (ours == nullptr) {
        const bool is_old = !known_.empty() && said.height < known_.begin()->first;
        word.standing = is_old ? NodeStanding::behind : NodeStanding::ahead;
        return;
    }
    word.standing = NodeStanding::agrees;
    const std::string at = "at height " + std::to_string(said.height) + " it ";
    if (said.tip != ours->id)
        word.difference =
            at + "names block " + shown(said.tip) + ", and the certified one is " + shown(ours->id);
    else if (said.app_hash != ours->app_hash)
        word.difference = at + "has the state " + shown(said.app_hash) +
                          ", and the certified chain leads to " + shown(ours->app_hash);
    if (!word.difference.empty()) word.standing = NodeStanding::differs;
}

Height NodeWords::claimed(const std::vector<NodeId>& validators) const {
    std::vector<Height> heights;
    for (const NodeId& node : validators) {
        const auto found = words_.find(node);
        const bool spoke = found != words_.end() && found->second.said;
        heights.push_back(spoke ? found->second.said->height : 0);
    }
    return believed_height(std::move(heights));
}

void NodeWords::write_known(cbor::Writer& out) const {
    books::write_map(out, known_, [&](Height height, const Known& known) {
        out.unsigned_integer(height);
        out.array(2 + known.validators.size());
        out.bytes(known.id.view());
        out.bytes(known.app_hash.view());
        for (const NodeId& validator : known.validators)
            out.text(validator.view());
    });
}

void NodeWords::read_known(cbor::Reader& in) {
    known_ = books::read_map<std::map<Height, Known>>(
        in, [&] { return in.unsigned_integer(); },
        [&] {
            const std::size_t items = in.array();
            Known known{in.fixed<Digest>(), in.fixed<Digest>(), {}};
            for (std::size_t i = 2; i < items && in.ok(); ++i)
                known.validators.push_back(in.name<NodeId>());
            return known;
        });
}

}  // namespace fairfeed
