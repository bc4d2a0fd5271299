// Verifies meters' signatures on all cores, in front of the node: the readings of one turn at once,
// before the node takes them one after the other. The pool gives the node no new belief. It answers
// the node's own question about a reading, its network and its key, from what it has verified, and
// verifies at once what nobody prepared. The calling thread works too, so one core needs no thread.
// One caller at a time.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include "core/state/signature_cache.h"

namespace fairfeed {

class VerificationPool final : public SignatureChecker {
  public:
    // A reading as it arrived, and the key of the meter that its topic names.
    struct Task {
        ByteView envelope;  // outlives the call
        VerifyKey key;
    };

    // `helpers`: threads beside the caller's.
    explicit VerificationPool(std::size_t helpers = helpers_of_this_machine());
    ~VerificationPool() override;
    VerificationPool(const VerificationPool&) = delete;
    VerificationPool& operator=(const VerificationPool&) = delete;

    // Verifies these readings, but for those that the node has verified before: meters repeat
    // readings most when the node is busiest. Forgets the readings of the call before. What is not
    // a reading, or has a wrong signature, is left to the node, which says why.
    void prepare(const Digest& network, const std::vector<Task>& tasks,
                 const CachingSignatureChecker& verified);
    [[nodiscard]] std::size_t prepared() const { return valid_.size(); }

    [[nodiscard]] Result<void, Reject> transaction(const Transaction& transaction,
                                                   const Digest& network,
                                                   const VerifyKey& key) override;
    [[nodiscard]] Result<void, Reject> endorsement(const Endorsement& endorsement,
                                                   const Witness& witness, const Digest& network,
                                                   const VerifyKey& key) override;
    [[nodiscard]] Result<void, Reject> approval(const Digest& notice, const Witness& officer,
                                                const Digest& network,
                                                const VerifyKey& key) override;
    [[nodiscard]] Result<void, Reject> reading(const SignedReading& reading, const Digest& network,
                                               const VerifyKey& key) override;

    [[nodiscard]] static std::size_t helpers_of_this_machine();

  private:
    void help();
    void work_on(std::unique_lock<std::mutex>& lock);

    PlainSignatureChecker plain_;
    std::unordered_set<Digest, FirstBytes> valid_;

    std::mutex mutex_;
    std::condition_variable wanted_;
    std::condition_variable done_;
    const std::vector<Task>* tasks_ = nullptr;  // of the call in progress
    const Digest* network_ = nullptr;
    const CachingSignatureChecker* verified_ = nullptr;
    std::size_t next_ = 0;     // task that nobody has taken
    std::size_t running_ = 0;  // tasks taken and not finished
    bool stopping_ = false;
    std::vector<std::thread> helpers_;
};

}  // namespace fairfeed
