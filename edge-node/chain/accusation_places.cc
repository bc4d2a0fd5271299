#include "edge-node/chain/accusation_places.h"

#include <algorithm>

namespace fairfeed {
namespace {

// Of one culprit at once: enough for all it can still be accused of, too few to fill a pool.
constexpr std::size_t kEvidencePerCulprit = 4;

bool is_less_urgent(std::uint64_t place, std::uint64_t than) {
    return place > than;
}

}  // namespace

AccusationPlaces::Subject AccusationPlaces::subject_of(const Transaction& accusation) {
    Subject subject{accusation.kind, accusation.signer, {}, {}, 0};
    if (const auto* handover = std::get_if<Handover>(&accusation.content)) {
        subject.cluster = handover->cluster;
    } else if (const auto* evidence = std::get_if<Evidence>(&accusation.content)) {
        subject.offence = evidence->offence;
        const bool is_of_height =
            evidence->offence == Offence::two_votes || evidence->offence == Offence::two_proposals;
        subject.place = is_of_height ? evidence->place.height : evidence->place.window;
    }
    return subject;
}

bool AccusationPlaces::is_the_same(const Subject& a, const Subject& b) {
    return a.cluster == b.cluster && a.offence == b.offence && a.place == b.place;
}

std::vector<std::pair<Digest, AccusationPlaces::Subject>> AccusationPlaces::like(
    const Subject& subject) const {
    std::vector<std::pair<Digest, Subject>> found;
    for (const auto& [id, held] : held_) {
        if (held.kind == subject.kind && held.signer == subject.signer)
            found.emplace_back(id, held);
    }
    return found;
}

Result<void, Reject> AccusationPlaces::find_room(const Transaction& accusation) const {
    const Subject subject = subject_of(accusation);
    const auto others = like(subject);
    std::uint64_t last = 0;
    for (const auto& [id, other] : others) {
        if (is_the_same(other, subject)) return unexpected(Reject::duplicate);
        last = std::max(last, other.place);
    }
    // A sender has one handover for each cluster.
    if (accusation.kind == TransactionKind::handover) return {};
    if (others.size() >= kEvidencePerCulprit && !is_less_urgent(last, subject.place)) {
        return unexpected(Reject::too_many_transactions);
    }
    return {};
}

std::optional<Digest> AccusationPlaces::leaves_for(const Transaction& accusation) const {
    if (accusation.kind == TransactionKind::handover) return std::nullopt;
    const auto others = like(subject_of(accusation));
    if (others.size() < kEvidencePerCulprit) return std::nullopt;
    const auto last =
        std::max_element(others.begin(), others.end(), [](const auto& a, const auto& b) {
            return is_less_urgent(b.second.place, a.second.place);
        });
    return last->first;
}

void AccusationPlaces::add(const Transaction& accusation, bool is_guest) {
    held_.emplace(accusation.id, subject_of(accusation));
    if (is_guest) guests_.insert(accusation.id);
}

void AccusationPlaces::remove(const Digest& id) {
    held_.erase(id);
    guests_.erase(id);
}

std::set<Digest> AccusationPlaces::ids() const {
    std::set<Digest> out;
    for (const auto& [id, subject] : held_)
        out.insert(out.end(), id);
    return out;
}

}  // namespace fairfeed
