// What a member takes up again from its disk, and what it does about promises the disk forgot.
#include "core/wire/reading_codec.h"
#include "edge-node/committee/committee_member.h"

namespace fairfeed {
namespace {

constexpr std::size_t kSettlesWithoutOne = 4;

}  // namespace

// What was said counts whatever the ledger says by now: it may be one that is being fetched again,
// from before this node was a member.
void CommitteeMember::restore_batch(const Transaction& batch, const ChainState& state) {
    const auto* settlement = std::get_if<Settlement>(&batch.content);
    if (settlement == nullptr || is_settled(settlement->cluster, settlement->window, state)) return;
    const ClusterId& cluster = settlement->cluster;
    unopened_.try_emplace(cluster, cluster);
    rounds_.try_emplace(cluster, cluster, self_, signer_, random_)
        .first->second.restore_batch(batch);
}

void CommitteeMember::restore_endorsement(const Endorsement& endorsement,
                                          const Signature& signature, const Transaction& batch,
                                          const ChainState& state) {
    if (!std::holds_alternative<Settlement>(batch.content)) return;
    if (is_settled(endorsement.cluster, endorsement.window, state)) return;
    const ClusterId& cluster = endorsement.cluster;
    unopened_.try_emplace(cluster, cluster);
    rounds_.try_emplace(cluster, cluster, self_, signer_, random_)
        .first->second.restore_endorsement(endorsement, signature, batch);
}

void CommitteeMember::restore_reading(ByteView envelope, const ChainState& state) {
    auto reading = decode_reading(envelope, state.network);
    if (!reading) return;
    auto body = open_with(accounts_.keys(), *reading);
    if (!body) return;
    const auto held = ids_.find({reading->header.meter, reading->header.window});
    if (held != ids_.end() && held->second != reading->id) {
        compare(*reading, state);
        twofold_.insert(held->first);
        if (!is_promised(*reading)) return;
    }
    keep(OpenedReading{std::move(*reading), std::move(*body)});
}

bool CommitteeMember::is_promised(const SignedReading& reading) const {
    const ReadingHeader& header = reading.header;
    const auto its_round = rounds_.find(header.cluster);
    if (its_round == rounds_.end()) return false;
    const Digest* promised = its_round->second.promised(header.meter, header.window);
    return promised != nullptr && *promised == reading.id;
}

// What a node endorsed for a window before it lost its memory, it endorsed as a member: for one
// committee or, while the window stood still, for one before.
void CommitteeMember::note_openings(const ChainState& state) {
    for (const auto& [cluster, record] : state.clusters) {
        const auto next = state.next_window(cluster);
        if (!next || !is_member(self_, cluster, *next, state)) continue;
        const auto [known, first] = openings_.try_emplace(cluster, Opening{*next, state.height});
        if (!first && known->second.window != *next) known->second = {*next, state.height};
    }
}

// 0: it never was.
Height CommitteeMember::opened_at(const ClusterId& cluster) const {
    const auto opening = openings_.find(cluster);
    return opening != openings_.end() ? opening->second.at : 0;
}

bool CommitteeMember::is_in_doubt(const ClusterId& cluster, const ChainState& state) const {
    const auto doubt = doubts_.find(cluster);
    const auto next = state.next_window(cluster);
    if (doubt == doubts_.end() || !next || *next > doubt->second) return false;
    const auto* committee = state.committee_of(cluster, *next);
    return committee != nullptr && committee->members.size() >= kSettlesWithoutOne;
}

void CommitteeMember::restore_salvaged(ByteView envelope, const Turn& turn) {
    auto opened = intake::judge_pulled_reading(envelope, context(turn.state, turn.now));
    if (!opened) return;
    turn.out.push_back(PersistReading{opened->reading});
    keep(std::move(*opened));
}

void CommitteeMember::doubt_windows(const Turn& turn) {
    for (const auto& [id, cluster] : turn.state.clusters) {
        const auto next = turn.state.next_window(id);
        if (!next || !is_member(self_, id, *next, turn.state)) continue;
        Window window = *next;
        // The one under way too: the clock may have been ahead.
        while (turn.state.grid().end_real_ms(window) <= turn.now.real_ms)
            ++window;
        doubts_[id] = window;
    }
    turn.out.push_back(PersistSilencedWindows{doubts_});
}

}  // namespace fairfeed
