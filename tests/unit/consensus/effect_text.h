// Blocks of events and effects of the replica as short text, for expectations and scenarios. A
// block is one letter, and its id is that letter 32 times. A signature is a hash of its signer's
// name alone.
#pragma once

#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/crypto/signing.h"
#include "edge-node/consensus/messages.h"
#include "edge-node/consensus/safety_record.h"

namespace fairfeed::consensus {

class TestSigner final : public Signer {
  public:
    explicit TestSigner(NodeId name) : name_(std::move(name)) {}
    Signature sign(ByteView message) const override {
        const Digest half = sha256({as_bytes(name_.str()), message});
        Bytes both = to_bytes(half.view());
        append(both, half.view());
        return *Signature::from(both);
    }
    PublicKey public_key() const override { return PublicKey{}; }

  private:
    NodeId name_;
};

inline Digest block_named(char letter) {
    Digest id;
    id.bytes.fill(static_cast<std::uint8_t>(letter));
    return id;
}

inline std::string text_of(const std::optional<Digest>& block) {
    return block ? std::string(1, static_cast<char>(block->bytes[0])) : "nil";
}

inline std::string text_of(VoteType type) {
    return type == VoteType::prevote ? "prevote" : "precommit";
}

inline std::string text_of(Step step) {
    switch (step) {
        case Step::propose:
            return "propose";
        case Step::prevote:
            return "prevote";
        case Step::precommit:
            return "precommit";
    }
    return "";
}

inline std::string text_of(const VoteContent& vote) {
    return text_of(vote.type) + " r" + std::to_string(vote.round) + " " + text_of(vote.block);
}

inline std::string text_of(const ProposalContent& proposal) {
    std::string out = "proposal r" + std::to_string(proposal.round) + " " + text_of(proposal.block);
    if (proposal.valid_round) out += " vr " + std::to_string(*proposal.valid_round);
    return out;
}

inline std::string text_of(const QuorumCertificate& certificate) {
    std::string out = "r" + std::to_string(certificate.content.round) + " " +
                      text_of(certificate.content.block) + " by";
    for (const Witness& witness : certificate.witnesses)
        out += " " + witness.node.str();
    return out;
}

inline std::string text_of(const std::optional<Marked>& marked) {
    if (!marked) return "-";
    return text_of(std::optional(marked->block)) + "@" + std::to_string(marked->round);
}

inline std::string text_of_record(const Bytes& bytes) {
    const auto record = decode_safety_record(bytes);
    CHECK(record.has_value());
    std::ostringstream out;
    out << "persist h" << record->height << " r" << record->round << " " << text_of(record->step)
        << " locked " << text_of(record->locked) << " valid " << text_of(record->valid) << " said";
    if (record->proposal) out << " proposal " << text_of(std::optional(record->proposal->block));
    if (record->prevote) out << " prevote " << text_of(record->prevote->block);
    if (record->precommit) out << " precommit " << text_of(record->precommit->block);
    return out.str();
}

struct EffectText {
    std::string operator()(const PersistSafety& e) const { return text_of_record(e.record); }
    std::string operator()(const SendProposal& e) const {
        return "send " + text_of(e.proposal.content);
    }
    std::string operator()(const SendVote& e) const { return "send " + text_of(e.vote.content); }
    std::string operator()(const SendPolka& e) const {
        return "send polka " + text_of(e.certificate);
    }
    std::string operator()(const RequestBlock& e) const {
        return "request block r" + std::to_string(e.round);
    }
    std::string operator()(const JudgeBlock& e) const {
        return "judge " + text_of(std::optional(e.block));
    }
    std::string operator()(const Decide& e) const { return "decide " + text_of(e.certificate); }
    std::string operator()(const Contradicted& e) const {
        return "contradicted " + text_of(e.certificate);
    }
    std::string operator()(const ReportEquivocation& e) const {
        return "report " + e.first.validator.str() + ": " + text_of(e.first.content) + " and " +
               text_of(e.second.content.block);
    }
    std::string operator()(const ReportProposals& e) const {
        return "report " + e.first.proposer.str() + ": " + text_of(e.first.content) + " and " +
               text_of(e.second.content);
    }
};

inline std::vector<std::string> text_of(const Effects& effects) {
    std::vector<std::string> out;
    for (const Effect& effect : effects)
        out.push_back(std::visit(EffectText{}, effect));
    return out;
}

}  // namespace fairfeed::consensus
