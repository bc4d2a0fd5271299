#include "core/ledger/signatures_ahead.h"

#include "core/base/check.h"

namespace fairfeed {

SignaturesAhead::SignaturesAhead(std::size_t threads) {
    CHECK(threads >= 1);
    for (std::size_t i = 1; i < threads; ++i)
        threads_.emplace_back([this] { work(); });
}

SignaturesAhead::~SignaturesAhead() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        open_.clear();
    }
    wake_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

// As check_endorsements says it.
Endorsement SignaturesAhead::endorsed_by(const Transaction& settlement) {
    const auto& content = std::get<Settlement>(settlement.content);
    return {content.cluster, content.window, content.version, settlement.id};
}

void SignaturesAhead::run(Job& job) {
    PlainSignatureChecker plain;
    const auto verdict =
        job.witness == nullptr
            ? plain.transaction(*job.transaction, job.network, job.key)
            : plain.endorsement(endorsed_by(*job.transaction), *job.witness, job.network, job.key);
    job.verdict.store(verdict ? Verdict::valid : Verdict::invalid);
    job.verdict.notify_all();
}

void SignaturesAhead::add(const Transaction& transaction, const Witness* witness,
                          const Digest& network, const VerifyKey* key) {
    if (key == nullptr) return;
    jobs_.push_back(std::make_unique<Job>(&transaction, witness, network, *key));
    Job* const job = jobs_.back().get();
    const void* const place = witness == nullptr ? static_cast<const void*>(&transaction) : witness;
    by_place_.insert_or_assign(place, job);
    const std::lock_guard lock(mutex_);
    open_.push_back(job);
}

void SignaturesAhead::begin(const Block& block, const ChainState& state) {
    const std::size_t before = jobs_.size();
    for (const Transaction& transaction : block.transactions) {
        if (const auto* reading = std::get_if<SignedReading>(&transaction.content)) {
            add(transaction, nullptr, state.network, state.meter_key(reading->header.meter));
        } else if (const auto* settlement = std::get_if<Settlement>(&transaction.content)) {
            add(transaction, nullptr, state.network, state.node_key(settlement->proposer));
            for (const Witness& witness : transaction.endorsements)
                add(transaction, &witness, state.network, state.node_key(witness.node));
        }
    }
    of_block_.push_back(jobs_.size() - before);
    wake_.notify_all();
}

// A job that a thread is at work on must be over before its block goes.
void SignaturesAhead::forget(const Block&) {
    CHECK(!of_block_.empty());
    for (std::size_t left = of_block_.front(); left > 0; --left) {
        Job& job = *jobs_.front();
        while (job.verdict.load() == Verdict::open) {
            if (!help()) job.verdict.wait(Verdict::open);
        }
        by_place_.erase(job.witness == nullptr ? static_cast<const void*>(job.transaction)
                                               : job.witness);
        jobs_.pop_front();
    }
    of_block_.pop_front();
}

SignaturesAhead::Job* SignaturesAhead::next() {
    const std::lock_guard lock(mutex_);
    if (open_.empty()) return nullptr;
    Job* const job = open_.front();
    open_.pop_front();
    return job;
}

bool SignaturesAhead::help() {
    Job* const job = next();
    if (job != nullptr) run(*job);
    return job != nullptr;
}

void SignaturesAhead::work() {
    for (;;) {
        Job* job = nullptr;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return ending_ || !open_.empty(); });
            if (ending_) return;
            job = open_.front();
            open_.pop_front();
        }
        run(*job);
    }
}

// Jobs are taken in order, so whoever waits for one helps with those before it.
bool SignaturesAhead::is_valid(const void* place, const Digest& network, const VerifyKey& key) {
    const auto found = by_place_.find(place);
    if (found == by_place_.end()) return false;
    Job& job = *found->second;
    if (job.network != network || job.key.point() != key.point()) return false;
    while (job.verdict.load() == Verdict::open) {
        if (!help()) job.verdict.wait(Verdict::open);
    }
    return job.verdict.load() == Verdict::valid;
}

Result<void, Reject> SignaturesAhead::transaction(const Transaction& transaction,
                                                  const Digest& network, const VerifyKey& key) {
    if (is_valid(&transaction, network, key)) return {};
    return plain_.transaction(transaction, network, key);
}

Result<void, Reject> SignaturesAhead::endorsement(const Endorsement& endorsement,
                                                  const Witness& witness, const Digest& network,
                                                  const VerifyKey& key) {
    const auto found = by_place_.find(&witness);
    const bool same =
        found != by_place_.end() && endorsed_by(*found->second->transaction) == endorsement;
    if (same && is_valid(&witness, network, key)) return {};
    return plain_.endorsement(endorsement, witness, network, key);
}

Result<void, Reject> SignaturesAhead::approval(const Digest& notice, const Witness& officer,
                                               const Digest& network, const VerifyKey& key) {
    return plain_.approval(notice, officer, network, key);
}

Result<void, Reject> SignaturesAhead::reading(const SignedReading& reading, const Digest& network,
                                              const VerifyKey& key) {
    return plain_.reading(reading, network, key);
}

}  // namespace fairfeed
