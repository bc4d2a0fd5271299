#include "edge-node/consensus/signatory.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace fairfeed::consensus {

namespace {

std::optional<Vote> own_vote(const SafetyRecord& record, VoteType type, const NodeId& self,
                             const std::optional<SafetyRecord::OwnVote>& vote) {
    if (!vote) return std::nullopt;
    return Vote{VoteContent{type, record.height, record.round, vote->block}, self, vote->signature};
}

Statements statements_in(const SafetyRecord& record, const NodeId& self) {
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

std::optional<SafetyRecord::OwnVote> without_place(const std::optional<Vote>& vote) {
    if (!vote) return std::nullopt;
    return SafetyRecord::OwnVote{vote->content.block, vote->signature};
}

void put_statements(const Statements& said, SafetyRecord& record) {
    record.height = said.height;
    record.round = said.round;
    if (said.proposal) {
        const ProposalContent& content = said.proposal->content;
        record.proposal =
            SafetyRecord::OwnProposal{content.valid_round, content.block, said.proposal->signature};
    }
    record.prevote = without_place(said.prevote);
    record.precommit = without_place(said.precommit);
}

}  // namespace

Signatory::Signatory(NodeId self, const Digest& network, const Signer& signer)
    : self_(std::move(self)), guard_(self_, network, signer), record_(network) {}

Result<void, Reject> Signatory::restore(ByteView record) {
    CHECK(before_first_height_);
    auto restored = record_.restore(record);
    if (!restored) return restored;
    guard_.restore(statements_in(record_.newest(), self_));
    permit_.restore(record_.newest());
    return {};
}

std::optional<SafetyRecord> Signatory::start_height(Height height) {
    before_first_height_ = false;
    permit_.start();
    return record_.take_resumable(height);
}

std::optional<Proposal> Signatory::sign(const ProposalContent& content) {
    if (!permit_.allows(content.height)) return std::nullopt;
    return guard_.sign(content);
}

std::optional<Vote> Signatory::sign(const VoteContent& content) {
    if (!permit_.allows(content.height)) return std::nullopt;
    return guard_.sign(content);
}

void Signatory::record(SafetyRecord place) {
    const Statements& said = guard_.said();
    CHECK(said.height == place.height && said.round == place.round);
    put_statements(said, place);
    write(std::move(place));
}

void Signatory::mistrust(SilenceReason reason) {
    if (permit_.mistrust(reason)) write_newest();
}

void Signatory::bound_mistrust(Height until) {
    if (permit_.bound_mistrust(std::max(until, guard_.said().height))) write_newest();
}

void Signatory::forgive_mistrust() {
    CHECK(before_first_height_);
    if (permit_.forgive_mistrust()) write_newest();
}

void Signatory::halt(const Halt& halt) {
    if (permit_.halt(halt)) write_newest();
}

template <class Statement>
void Signatory::show_statement(const Statement& statement) {
    if (!guard_.is_missing(statement.content)) return;
    permit_.lost_statement_shown(statement.content.height);
    guard_.adopt(statement);
    write_adopted();
}

void Signatory::show(const Vote& vote) {
    show_statement(vote);
}

void Signatory::show(const Proposal& proposal) {
    show_statement(proposal);
}

void Signatory::check(const QuorumCertificate& certificate) {
    const VoteContent& content = certificate.content;
    if (permit_.halt() || !guard_.is_missing(content)) return;
    const auto own = std::find_if(certificate.witnesses.begin(), certificate.witnesses.end(),
                                  [&](const Witness& witness) { return witness.node == self_; });
    if (own == certificate.witnesses.end()) return;
    if (permit_.expects_lost(content.height)) {
        guard_.adopt(Vote{content, self_, own->signature});
        write_adopted();
        return;
    }
    const Statements& said = guard_.said();
    const auto& ours = content.type == VoteType::prevote ? said.prevote : said.precommit;
    halt(Halt{HaltReason::same_key_elsewhere, content.height,
              ours ? ours->content.block.value_or(Digest{}) : Digest{},
              content.block.value_or(Digest{})});
}

void Signatory::write(SafetyRecord record) {
    record.halt = permit_.halt();
    record.silence = permit_.silence();
    record_.write(std::move(record));
}

void Signatory::write_newest() {
    write(record_.newest());
}

// Nobody tells this node what it had locked, so the record has neither lock nor polka.
void Signatory::write_adopted() {
    const Statements& said = guard_.said();
    SafetyRecord record;
    put_statements(said, record);
    if (said.prevote) record.step = Step::prevote;
    if (said.precommit) record.step = Step::precommit;
    write(std::move(record));
    if (before_first_height_) record_.resume_from_newest();
}

}  // namespace fairfeed::consensus
