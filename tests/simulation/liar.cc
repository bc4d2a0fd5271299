#include "tests/simulation/liar.h"

#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed::simulation {
namespace {

constexpr std::size_t kRemembered = 200;

std::vector<Utterance> only(const Publish& said) {
    std::vector<Utterance> out;
    out.push_back({said, {}});
    return out;
}

}  // namespace

Liar::Liar(Behaviour behaviour, const Scenery& scenery, std::size_t node, MeterId accomplice,
           Dice dice)
    : behaviour_(behaviour),
      scenery_(scenery),
      self_(scenery.nodes[node]),
      dice_(dice),
      accomplice_(std::move(accomplice)),
      misleads_(behaviour == Behaviour::misleading && dice_.chance(600)) {
    for (const MeterId& meter : scenery.meters) {
        const ClusterId& cluster = scenery.first_state.meters.at(meter).registration.cluster;
        if (scenery.committee(cluster).front() == self_) ignored_ = meter;
    }
}

bool Liar::hears(const Topic& topic, ByteView message) {
    if (behaviour_ == Behaviour::double_batching) overhear(topic, message);
    if (behaviour_ != Behaviour::omitting || ignored_.empty()) return true;
    const bool shown = topic.channel == Channel::objection || topic.channel == Channel::answer;
    return !shown && (topic.channel != Channel::reading || topic.sender != ignored_.str());
}

std::vector<Utterance> Liar::instead_of(const Publish& said) {
    switch (behaviour_) {
        case Behaviour::silent:
            return {};
        case Behaviour::equivocating:
            return equivocate(said);
        case Behaviour::withholding:
            if (said.topic.channel == Channel::answer || said.topic.channel == Channel::tx)
                return {};
            return only(said);
        case Behaviour::forging:
            return forge(said);
        case Behaviour::double_batching:
            if (said.topic.channel == Channel::batch) return batch_twice(said);
            if (said.topic.channel == Channel::endorsement) return endorse_all(said);
            if (said.topic.channel == Channel::tx) return certify_other(said);
            return only(said);
        case Behaviour::replaying:
            return replay(said);
        case Behaviour::boasting:
            return boast(said);
        case Behaviour::inventing:
            return invent(said);
        case Behaviour::hoarding:
            return hoard(said);
        case Behaviour::misleading:
            return mislead(said);
        case Behaviour::honest:
        case Behaviour::twins:
        case Behaviour::omitting:
        case Behaviour::lying_disk:
        case Behaviour::colluding:
            break;
    }
    return only(said);
}

std::vector<bool> Liar::some() {
    std::vector<bool> to;
    for (std::size_t i = 0; i < scenery_.nodes.size(); ++i)
        to.push_back(dice_.chance(500));
    return to;
}

// Nil, or another block that the liar remembers, in the same slot.
Bytes Liar::other_vote(const Publish& said) {
    auto vote = decode_vote(said.message);
    CHECK(vote.has_value());
    const auto before = vote->content.block;
    vote->content.block.reset();
    if (!before || dice_.chance(300)) {
        if (!blocks_.empty()) vote->content.block = blocks_[dice_.index(blocks_.size())];
    }
    if (before && blocks_.size() < kRemembered) blocks_.push_back(*before);
    vote->signature = scenery_.network.key(self_).sign(
        vote_to_be_signed(vote->content, self_, scenery_.network.network()));
    return encode_vote(*vote);
}

std::vector<Utterance> Liar::equivocate(const Publish& said) {
    const Channel channel = said.topic.channel;
    if (channel == Channel::proposal) return propose_twice(said);
    if (channel != Channel::prevote && channel != Channel::precommit) return only(said);
    const std::vector<bool> first = some();
    std::vector<bool> second = some();  // some nodes get both, some neither
    std::vector<Utterance> out;
    out.push_back({said, first});
    out.push_back({{said.topic, other_vote(said)}, std::move(second)});
    return out;
}

std::vector<Utterance> Liar::forge(const Publish& said) {
    Publish forged = said;
    const Digest& network = scenery_.network.network();
    if (said.topic.channel == Channel::tx) {
        auto bundle = decode_bundle(said.message, network);
        CHECK(bundle.has_value());
        for (Transaction& transaction : bundle->transactions) {
            for (Witness& witness : transaction.endorsements) {
                if (witness.node == self_) continue;
                witness.signature.bytes[7] ^= 1;
                break;
            }
        }
        forged.message = encode_bundle(*bundle);
    } else if (said.topic.channel == Channel::endorsement) {
        const auto endorsement = decode_endorsement(said.message, network);
        CHECK(endorsement.has_value());
        Signature signature = endorsement->signature;
        signature.bytes[9] ^= 1;
        forged.message = encode_endorsement(endorsement->content, {self_, signature});
    } else if (said.topic.channel == Channel::answer || said.topic.channel == Channel::batch ||
               said.topic.channel == Channel::proposal) {
        forged.message[dice_.index(forged.message.size())] ^= 0x10;
    } else {
        return only(said);
    }
    std::vector<Utterance> out;
    out.push_back({std::move(forged), some()});
    if (dice_.chance(500)) out.push_back({said, some()});
    return out;
}

std::vector<Utterance> Liar::replay(const Publish& said) {
    std::vector<Utterance> out = only(said);
    if (!history_.empty() && dice_.chance(400)) {
        out.push_back({history_[dice_.index(history_.size())], some()});
    }
    history_.push_back(said);
    if (history_.size() > kRemembered) history_.pop_front();
    return out;
}

}  // namespace fairfeed::simulation
