#include "edge-node/service/verification_pool.h"

#include <optional>

#include "core/base/in_parallel.h"
#include "core/wire/reading_codec.h"

namespace fairfeed {

namespace {

// nullopt: not valid, or nothing new.
std::optional<Digest> newly_verified(const VerificationPool::Task& task, const Digest& network,
                                     const CachingSignatureChecker& verified) {
    const auto reading = decode_reading(task.envelope, network);
    if (!reading) return std::nullopt;
    const Digest signature = signed_by(task.key, network, reading->id, reading->envelope);
    if (verified.knows(signature)) return std::nullopt;
    if (!verify_reading(*reading, network, task.key)) return std::nullopt;
    return signature;
}

}  // namespace

std::size_t VerificationPool::helpers_of_this_machine() {
    return all_cores() - 1;
}

VerificationPool::VerificationPool(std::size_t helpers) {
    for (std::size_t i = 0; i < helpers; ++i)
        helpers_.emplace_back([this] { help(); });
}

VerificationPool::~VerificationPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wanted_.notify_all();
    for (std::thread& helper : helpers_)
        helper.join();
}

// A lone reading is verified where it is asked for: to wake a thread takes as long.
void VerificationPool::prepare(const Digest& network, const std::vector<Task>& tasks,
                               const CachingSignatureChecker& verified) {
    valid_.clear();
    if (helpers_.empty() || tasks.size() < 2) return;
    std::unique_lock lock(mutex_);
    tasks_ = &tasks;
    network_ = &network;
    verified_ = &verified;
    next_ = 0;
    wanted_.notify_all();
    work_on(lock);
    done_.wait(lock, [this] { return running_ == 0; });
    tasks_ = nullptr;
}

void VerificationPool::help() {
    std::unique_lock lock(mutex_);
    while (true) {
        wanted_.wait(lock, [this] { return stopping_ || (tasks_ && next_ < tasks_->size()); });
        if (stopping_) return;
        work_on(lock);
        if (running_ == 0) done_.notify_all();
    }
}

// Takes tasks until none is left. The lock is held, but not while a task is worked on.
void VerificationPool::work_on(std::unique_lock<std::mutex>& lock) {
    while (next_ < tasks_->size()) {
        const Task& task = (*tasks_)[next_++];
        const Digest& network = *network_;
        const CachingSignatureChecker& verified = *verified_;
        ++running_;
        lock.unlock();
        const auto found = newly_verified(task, network, verified);
        lock.lock();
        if (found) valid_.insert(*found);
        --running_;
    }
}

Result<void, Reject> VerificationPool::transaction(const Transaction& transaction,
                                                   const Digest& network, const VerifyKey& key) {
    return plain_.transaction(transaction, network, key);
}

Result<void, Reject> VerificationPool::endorsement(const Endorsement& endorsement,
                                                   const Witness& witness, const Digest& network,
                                                   const VerifyKey& key) {
    return plain_.endorsement(endorsement, witness, network, key);
}

Result<void, Reject> VerificationPool::approval(const Digest& notice, const Witness& officer,
                                                const Digest& network, const VerifyKey& key) {
    return plain_.approval(notice, officer, network, key);
}

Result<void, Reject> VerificationPool::reading(const SignedReading& reading, const Digest& network,
                                               const VerifyKey& key) {
    if (valid_.contains(signed_by(key, network, reading.id, reading.envelope))) return {};
    return plain_.reading(reading, network, key);
}

}  // namespace fairfeed
