#include "tests/simulation/heard_offences.h"

#include <algorithm>

#include "core/crypto/digest.h"
#include "core/state/handover_rules.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed::simulation {
namespace {

constexpr std::size_t kVersionsCompared = 4;

std::string slot_of(std::initializer_list<std::uint64_t> numbers) {
    std::string slot;
    for (const std::uint64_t number : numbers)
        slot += ' ' + std::to_string(number);
    return slot;
}

bool contains(const std::vector<NodeId>& members, const NodeId& node) {
    return std::find(members.begin(), members.end(), node) != members.end();
}

}  // namespace

void HeardOffences::once(const std::string& culprit, Offence offence, const std::string& slot,
                         const Digest& id) {
    const auto [place, fresh] = said_.try_emplace(Place{culprit, offence, slot}, id);
    if (!fresh && place->second != id) offences_.insert({culprit, offence});
}

// A node compares with the newest versions only (rule 5).
void HeardOffences::hear_batch(const std::string& proposer, const Settlement& content,
                               const Digest& id) {
    auto& versions =
        batches_[{proposer, content.cluster.str() + slot_of({content.window, content.slot})}];
    const auto [place, fresh] = versions.try_emplace(content.version, id);
    if (!fresh && place->second != id) offences_.insert({proposer, Offence::two_batches});
    if (versions.size() > kVersionsCompared) versions.erase(versions.begin());
}

void HeardOffences::hear(const NodeId& self, const Publication& said, const ChainState& state) {
    const std::string& sender = said.topic.sender;
    if (!suspects_.contains(sender)) return;
    const Height deciding = state.height + 1;
    switch (said.topic.channel) {
        case Channel::reading: {
            const auto reading = decode_reading(said.message, state.network);
            if (!reading) return;
            const ReadingHeader& header = reading->header;
            // The reading is sealed for a committee that lost the window: no node that could
            // compare it keeps it.
            if (header.key_epoch != state.key_epoch(header.meter, header.window)) return;
            const auto kept =
                said_.find(Place{sender, Offence::two_readings, slot_of({header.window})});
            if (kept != said_.end() && kept->second != reading->id)
                offences_.insert({sender, Offence::two_readings});
            return;
        }
        case Channel::batch: {
            const auto batch = decode_transaction(said.message, state.network);
            if (!batch || !std::holds_alternative<Settlement>(batch->content)) return;
            const auto& content = std::get<Settlement>(batch->content);
            if (state.next_window(content.cluster) != content.window) return;  // settled
            const auto* committee = state.committee_of(content.cluster, content.window);
            if (committee == nullptr || !contains(committee->members, self)) return;
            if (!is_handed_over(state, content.cluster)) return;  // no member accepts batches yet
            // The batch comes from an earlier committee, which lost the window: members refuse it
            // unread.
            if (content.slot >= committee->members.size() ||
                committee->members[content.slot] != content.proposer)
                return;
            return hear_batch(sender, content, batch->id);
        }
        case Channel::prevote:
        case Channel::precommit: {
            const auto vote = decode_vote(said.message);
            if (!vote || vote->content.height != deciding) return;
            const VoteContent& content = vote->content;
            return once(
                sender, Offence::two_votes,
                slot_of({static_cast<std::uint64_t>(content.type), content.height, content.round}),
                content.block.value_or(Digest{}));
        }
        case Channel::proposal: {
            const auto message = decode_proposal(said.message);
            if (!message || message->proposal.content.height != deciding) return;
            const ProposalContent& content = message->proposal.content;
            return once(sender, Offence::two_proposals, slot_of({content.height, content.round}),
                        content.block);
        }
        default:
            return;
    }
}

void HeardOffences::keep(const SignedReading& reading) {
    const std::string meter = reading.header.meter.str();
    if (!suspects_.contains(meter)) return;
    said_.try_emplace(Place{meter, Offence::two_readings, slot_of({reading.header.window})},
                      reading.id);
}

}  // namespace fairfeed::simulation
