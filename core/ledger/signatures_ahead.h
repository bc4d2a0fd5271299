// Verifies the signatures of blocks to come on several threads, while one thread executes the
// blocks in order. An answer is taken from work done ahead only if it was about the same bytes
// under the same key; everything else is verified when it is asked for. So the verdicts are those
// of PlainSignatureChecker, whatever keys the blocks in between bring. The caller's thread does
// work ahead, too, while it waits.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/model/message.h"
#include "core/state/signature_checker.h"
#include "core/state/state.h"

namespace fairfeed {

class SignaturesAhead final : public SignatureChecker {
  public:
    // `threads`: at least 1, with the caller's.
    explicit SignaturesAhead(std::size_t threads);
    ~SignaturesAhead() override;
    SignaturesAhead(const SignaturesAhead&) = delete;
    SignaturesAhead& operator=(const SignaturesAhead&) = delete;

    // Begins to verify the signatures of readings, settlements and endorsements in the block, under
    // the keys that `state` has for their signers. The block stays where it is until forget().
    void begin(const Block& block, const ChainState& state);
    // The block was executed, or will never be. Blocks are forgotten in the order of begin().
    void forget(const Block& block);
    // Signatures begun and not forgotten.
    [[nodiscard]] std::size_t waiting() const { return jobs_.size(); }

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

  private:
    enum class Verdict : std::uint8_t { open, valid, invalid };
    struct Job {
        const Transaction* transaction;
        const Witness* witness;  // nullptr: the transaction itself
        Digest network;
        VerifyKey key;
        std::atomic<Verdict> verdict = Verdict::open;
        Job(const Transaction* what, const Witness* by, const Digest& where, const VerifyKey& with)
            : transaction(what), witness(by), network(where), key(with) {}
    };
    static void run(Job& job);
    static Endorsement endorsed_by(const Transaction& settlement);
    void add(const Transaction& transaction, const Witness* witness, const Digest& network,
             const VerifyKey* key);
    [[nodiscard]] bool is_valid(const void* place, const Digest& network, const VerifyKey& key);
    [[nodiscard]] Job* next();  // nullptr: none is open
    bool help();
    void work();

    PlainSignatureChecker plain_;
    // By the caller's thread alone. A transaction or witness is known by its address.
    std::unordered_map<const void*, Job*> by_place_;
    std::deque<std::unique_ptr<Job>> jobs_;
    std::deque<std::size_t> of_block_;  // how many of jobs_ each block has

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job*> open_;  // not taken by a thread yet
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace fairfeed
