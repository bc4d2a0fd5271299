#include "edge-node/chain/workbench.h"

#include "core/wire/chain_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::size_t kAnswerFrame = 1000;  // bytes of an answer that are not bodies

std::size_t pool_capacity(const NetworkParameters& parameters) {
    return static_cast<std::size_t>(parameters.max_block_transactions) * 20;
}

}  // namespace

Workbench::Workbench(NodeId self, const Signer& signer, SignatureChecker& signatures,
                     const NetworkParameters& parameters)
    : self_(self),
      publisher_(self, signer),
      signatures_(signatures),
      pool_(pool_capacity(parameters)),
      candidates_(parameters.max_block_transactions),
      missing_(self),
      builder_(std::move(self)) {}

// A transaction that no longer fits is no fault: the block is judged as a whole.
void Workbench::restore(Block block, const ChainState& state) {
    (void)pool_.add_all(block.transactions, state, signatures_).has_value();
    (void)candidates_.add(self_, std::move(block), state, signatures_);
}

Result<void, Reject> Workbench::add(const std::vector<Transaction>& bodies, const Turn& turn) {
    return pool_.add_all(bodies, turn.state, signatures_, turn.now);
}

Result<void, Reject> Workbench::add_own(const Transaction& evidence, const Turn& turn) {
    return pool_.add(evidence, turn.state, signatures_, turn.now);
}

void Workbench::on_have(const NodeId& peer, std::vector<Digest> ids, const Turn& turn) {
    std::erase_if(ids, [&](const Digest& id) { return pool_.find(id) != nullptr; });
    if (const auto question = missing_.pull(peer, std::move(ids), turn.state, turn.now))
        ask(*question, turn);
}

void Workbench::ask(const MissingBodies::Question& question, const Turn& turn) {
    publisher_.ask(turn, question.peer, BodiesRequest{question.ids});
}

Result<BodiesAnswer, Reject> Workbench::bodies(const BodiesRequest& request,
                                               const NetworkParameters& parameters) const {
    const auto most = static_cast<std::size_t>(parameters.max_block_transactions);
    if (auto sound = check_wanted_ids(request.transactions, most); !sound) {
        return unexpected(sound.error());
    }
    BodiesAnswer answer;
    // The peer asks for what does not fit again.
    const std::size_t most_bytes = max_message_bytes(parameters) - kAnswerFrame;
    std::size_t bytes = 0;
    for (const Digest& id : request.transactions) {
        const Transaction* held = pool_.find(id);
        if (held == nullptr) continue;
        bytes += encode_transaction(*held).size();
        if (bytes > most_bytes) break;
        answer.transactions.push_back(*held);
    }
    return answer;
}

Result<void, Reject> Workbench::describe(const NodeId& sender, const BlockOutline& outline) {
    return candidates_.describe(sender, outline);
}

Result<std::vector<Transaction>, Reject> Workbench::take(const NodeId& peer, BodiesAnswer answer) {
    return missing_.take(peer, std::move(answer.transactions));
}

void Workbench::note_refused(const std::vector<Transaction>& bodies) {
    for (const Transaction& body : bodies) {
        // A reading that came before its settlement is good once the settlement is there.
        const bool is_early = body.kind == TransactionKind::reading && !pool_.lists(body.id);
        if (pool_.find(body.id) == nullptr && !is_early) missing_.refused(body.id);
    }
}

bool Workbench::awaits_outline(const Digest& block) const {
    return missing_.awaits_outline(block);
}

// R15: this node votes only on a block whose bodies it holds.
std::optional<consensus::BlockJudged> Workbench::judge(const Digest& block, const Turn& turn) {
    auto verdict = candidates_.judge(block, turn.state, pool_, signatures_);
    if (!verdict.known && verdict.missing.empty()) {
        missing_.await_outline(block);
        return std::nullopt;
    }
    if (!verdict.known) {
        pool_.expect(verdict.missing);
        const auto question = missing_.ask(block, std::move(verdict.missing),
                                           candidates_.source(block), turn.state, turn.now);
        if (question) ask(*question, turn);
        return std::nullopt;
    }
    missing_.found(block);
    if (verdict.fault) invalid_.try_emplace(block, *verdict.fault);
    if (verdict.fault && verdict.fault->reason == Reject::oversized) {
        pool_.give_up(candidates_.outline(block)->transactions);
    }
    if (verdict.fresh) turn.out.push_back(PersistBlock{block, candidates_.valid(block)->block});
    return consensus::BlockJudged{block, verdict.valid, verdict.time_ms};
}

const BlockOutline* Workbench::outline(const Digest& block) const {
    return candidates_.outline(block);
}

CandidateBlocks::Valid Workbench::take_valid(const Digest& block) {
    return candidates_.take(block);
}

const BlockHeader* Workbench::contradiction(const Digest& block) const {
    const auto fault = invalid_.find(block);
    const BlockOutline* described = candidates_.outline(block);
    if (fault == invalid_.end() || described == nullptr) return nullptr;
    return is_about_witnesses(fault->second) ? nullptr : &described->header;
}

Result<CandidateBlocks::Valid, ExecutionFault> Workbench::execute(const Block& block,
                                                                  const ChainState& state) {
    ChainState after = state;
    if (auto ok = execute_block(after, block, signatures_); !ok) return unexpected(ok.error());
    return CandidateBlocks::Valid{block, std::move(after)};
}

BlockBuilder::Ground Workbench::ground(const ChainTip& tip, Instant now) {
    return {tip, pool_, signatures_, now};
}

bool Workbench::finds_work(const ChainTip& tip, Instant now) {
    return builder_.finds_work(ground(tip, now));
}

std::optional<consensus::BlockBuilt> Workbench::build(const ChainTip& tip, const Turn& turn) {
    auto built = builder_.build(ground(tip, turn.now));
    if (!built) return std::nullopt;
    const Digest id = block_id(built->block.header);
    const Height height = built->block.header.height;
    if (!candidates_.add(self_, std::move(built->block), turn.state, signatures_))
        return std::nullopt;
    turn.out.push_back(PersistBlock{id, candidates_.valid(id)->block});
    return consensus::BlockBuilt{height, built->round, id};
}

void Workbench::on_commit(const CommittedBlock& committed, const ChainState& state) {
    missing_.on_commit(committed);
    candidates_.clear();
    builder_.clear();
    invalid_.clear();
    pool_.prune(state);
}

std::optional<std::int64_t> Workbench::next_question_ms() const {
    return missing_.next_deadline_ms();
}

std::optional<std::int64_t> Workbench::next_work_ms(const Timers& timers) const {
    return builder_.next_deadline_ms(pool_, timers);
}

}  // namespace fairfeed
