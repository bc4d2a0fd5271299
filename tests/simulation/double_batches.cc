// The liar of a committee makes two valid batches in one slot, each with its own endorsements, and
// signs every batch that it receives. The lying proposer builds two blocks in one round.
#include <algorithm>

#include "core/accounts/cluster_accounts.h"
#include "core/crypto/random.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/settlement_line_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/simulation/liar.h"

namespace fairfeed::simulation {
namespace {

constexpr std::size_t kOverheard = 20;  // batches of one cluster

const Settlement& settlement_of(const Transaction& batch) {
    return std::get<Settlement>(batch.content);
}

Endorsement endorsement_for(const Transaction& batch) {
    const Settlement& content = settlement_of(batch);
    return {content.cluster, content.window, content.version, batch.id};
}

}  // namespace

std::vector<Utterance> Liar::propose_twice(const Publish& said) {
    auto message = decode_proposal(said.message);
    CHECK(message.has_value());
    message->outline.header.time_ms += 1;
    Proposal& proposal = message->proposal;
    proposal.content.block = block_id(message->outline.header);
    proposal.signature = scenery_.network.key(self_).sign(
        proposal_to_be_signed(proposal.content, self_, scenery_.network.network()));
    std::vector<Utterance> out;
    out.push_back({said, some()});
    out.push_back({{said.topic, encode_proposal(*message)}, some()});
    return out;
}

Signature Liar::endorsement(const Endorsement& content) const {
    return scenery_.network.key(self_).sign(
        endorsement_to_be_signed(content, self_, scenery_.network.network()));
}

// The same figures sealed with other salts: as valid as the first batch, with another id.
const Transaction& Liar::other_batch(const Transaction& batch) {
    const auto known = others_.find(batch.id);
    if (known != others_.end()) return known->second;
    Settlement other = settlement_of(batch);
    const KeyRing& keys = scenery_.keys;
    const auto lines = ClusterAccounts::open_lines(other, keys);
    CHECK(lines.has_value());
    const RandomSource random = random_of(Dice(dice_.next()));
    for (std::size_t i = 0; i < other.lines.size(); ++i) {
        const SealedLine& sealed = other.lines[i];
        const SymmetricKey* key = keys.find(sealed.meter, sealed.key_epoch);
        CHECK(key != nullptr);
        other.lines[i] =
            seal_line(other, (*lines)[i], sealed.key_epoch, random_fixed<Salt>(random), *key);
    }
    const Transaction made =
        make_batch(other, scenery_.network.network(), scenery_.network.key(self_));
    endorsed_[made.id][self_] = endorsement(endorsement_for(made));
    return others_.emplace(batch.id, made).first->second;
}

std::vector<Utterance> Liar::batch_twice(const Publish& said) {
    const auto batch = decode_transaction(said.message, scenery_.network.network());
    CHECK(batch.has_value());
    std::vector<Utterance> out;
    out.push_back({said, some()});
    out.push_back({{said.topic, encode_transaction(other_batch(*batch))}, some()});
    return out;
}

void Liar::overhear(const Topic& topic, ByteView message) {
    const Digest& network = scenery_.network.network();
    if (topic.channel == Channel::endorsement) {
        const auto said = decode_endorsement(message, network);
        if (said) endorsed_[said->content.batch][said->signer] = said->signature;
    } else if (topic.channel == Channel::batch) {
        const auto batch = decode_transaction(message, network);
        if (!batch || !std::holds_alternative<Settlement>(batch->content)) return;
        auto& heard = overheard_[settlement_of(*batch).cluster];
        const Endorsement content = endorsement_for(*batch);
        const auto same = std::find(heard.begin(), heard.end(), content);
        if (same == heard.end() && heard.size() < kOverheard) heard.push_back(content);
    }
}

std::vector<Utterance> Liar::endorse_all(const Publish& said) {
    std::vector<Utterance> out;
    out.push_back({said, {}});
    for (const auto& [cluster, batches] : overheard_) {
        for (const Endorsement& content : batches) {
            out.push_back(
                {{said.topic, encode_endorsement(content, {self_, endorsement(content)})}, {}});
        }
    }
    return out;
}

// Replaces the window that the liar's program certified by the second batch, if that one has its
// endorsements, too.
std::vector<Utterance> Liar::certify_other(const Publish& said) {
    auto bundle = decode_bundle(said.message, scenery_.network.network());
    CHECK(bundle.has_value());
    std::vector<Utterance> out;
    out.push_back({said, some()});
    Transaction& certified = bundle->transactions.back();
    const auto other = others_.find(certified.id);
    if (other == others_.end()) return out;
    const auto& endorsements = endorsed_[other->second.id];
    const Settlement& content = settlement_of(certified);
    if (endorsements.size() < scenery_.first_state.quorum_of(content.cluster, content.window)) {
        return out;
    }
    certified = other->second;
    for (const auto& [node, signature] : endorsements)
        certified.endorsements.push_back({node, signature});
    out.push_back({{said.topic, encode_bundle(*bundle)}, some()});
    return out;
}

}  // namespace fairfeed::simulation
