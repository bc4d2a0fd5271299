// The safety record: written at every signature (R12), read once after a restart (R3, R22).
#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "edge-node/consensus/replica.h"

namespace fairfeed::consensus {

namespace {

constexpr std::size_t kBitsPerByte = 8;

std::optional<Vote> own_vote(const SafetyRecord& record, VoteType type, const NodeId& self,
                             const std::optional<SafetyRecord::OwnVote>& vote) {
    if (!vote) return std::nullopt;
    return Vote{VoteContent{type, record.height, record.round, vote->block}, self, vote->signature};
}

Statements said_in(const SafetyRecord& record, const NodeId& self) {
    Statements said;
    said.height = record.height;
    said.round = record.round;
    if (record.proposal) {
        const ProposalContent content{record.height, record.round, record.proposal->valid_round,
                                      record.proposal->block};
        said.proposal = Proposal{content, self, record.proposal->signature};
    }
    said.prevote = own_vote(record, VoteType::prevote, self, record.prevote);
    said.precommit = own_vote(record, VoteType::precommit, self, record.precommit);
    return said;
}

std::optional<SafetyRecord::OwnVote> strip(const std::optional<Vote>& vote) {
    if (!vote) return std::nullopt;
    return SafetyRecord::OwnVote{vote->content.block, vote->signature};
}

}  // namespace

Result<void, Reject> Replica::restore(ByteView record) {
    CHECK(height_ == 0 && !restored_);
    if (record.empty()) return {};
    auto decoded = decode_safety_record(record);
    if (!decoded) return unexpected(decoded.error());
    if (decoded->network != config_.network) return unexpected(Reject::wrong_network);
    guard_.restore(said_in(*decoded, config_.self));
    halt_ = decoded->halt;
    silence_ = decoded->silence;
    last_record_ = *decoded;
    restored_ = std::move(*decoded);
    return {};
}

// What was said is said again, to the letter: a proposal rebuilt would be an equivocation.
void Replica::resume(const SafetyRecord& record) {
    // A record of nothing said is no reason to stir up an idle network (R16).
    const bool said_something = record.proposal || record.prevote || record.precommit;
    if (said_something || record.round > 0) wake();
    start_round(record.round);
    step_ = record.step;
    locked_ = record.locked;
    adopt_polka(record);
    const Statements& said = guard_.said();
    if (said.proposal) {
        proposed_ = true;
        proposals_[round_].push_back(*said.proposal);
    }
    if (said.prevote) report_one(votes_.add(*said.prevote, round_));
    if (said.precommit) report_one(votes_.add(*said.precommit, round_));
    resend_statements();
    send_polka();
    rebroadcasts_ = 0;
    schedule_rebroadcast();
}

void Replica::adopt_polka(const SafetyRecord& record) {
    const std::size_t bytes = (validators_.size() + kBitsPerByte - 1) / kBitsPerByte;
    if (!record.valid || !record.polka || record.polka->signers.size() != bytes) return;
    QuorumCertificate polka;
    polka.content =
        VoteContent{VoteType::prevote, height_, record.valid->round, record.valid->block};
    std::size_t next = 0;
    for (std::size_t i = 0; i < validators_.size(); ++i) {
        const auto byte = record.polka->signers[i / kBitsPerByte];
        if (((byte >> (i % kBitsPerByte)) & 1U) == 0) continue;
        polka.witnesses.push_back(Witness{validators_[i], record.polka->signatures[next++]});
    }
    report(votes_.add(polka));
    if (!votes_.has_quorum(VoteType::prevote, record.valid->round, record.valid->block)) return;
    mark_valid(record.valid->block, record.valid->round);
}

SafetyRecord::Polka Replica::pack(const QuorumCertificate& certificate) const {
    SafetyRecord::Polka out;
    out.signers.assign((validators_.size() + kBitsPerByte - 1) / kBitsPerByte, 0);
    for (std::size_t i = 0; i < validators_.size(); ++i) {
        const auto witness =
            std::find_if(certificate.witnesses.begin(), certificate.witnesses.end(),
                         [&](const Witness& w) { return w.node == validators_[i]; });
        if (witness == certificate.witnesses.end()) continue;
        std::uint8_t& byte = out.signers[i / kBitsPerByte];
        byte = static_cast<std::uint8_t>(byte | (1U << (i % kBitsPerByte)));
        out.signatures.push_back(witness->signature);
    }
    return out;
}

void Replica::remember() {
    const Statements& said = guard_.said();
    CHECK(said.height == height_ && said.round == round_);
    SafetyRecord record;
    record.network = config_.network;
    record.height = height_;
    record.round = round_;
    record.step = step_;
    record.locked = locked_;
    if (valid_ && polka_) {
        record.valid = valid_;
        record.polka = pack(*polka_);
    }
    if (said.proposal) {
        const ProposalContent& content = said.proposal->content;
        record.proposal =
            SafetyRecord::OwnProposal{content.valid_round, content.block, said.proposal->signature};
    }
    record.prevote = strip(said.prevote);
    record.precommit = strip(said.precommit);
    write(std::move(record));
    rebroadcasts_ = 0;
    schedule_rebroadcast();
}

void Replica::write(SafetyRecord record) {
    record.network = config_.network;
    record.halt = halt_;
    record.silence = silence_;
    last_record_ = std::move(record);
    record_ = encode_safety_record(last_record_);
    CHECK(record_->size() <= SafetyRecord::kMaxBytes);
}

}  // namespace fairfeed::consensus
