// What a node says again and again of where it stands: STATUS, so that who is behind learns of it
// and asks for the blocks (R14). It says the COMMIT of its newest block twice, and then only after
// a reconnect, or where a peer names another tip of its height: a COMMIT is as long as its block
// has transactions, and STATUS names its height. Brokers retain STATUS, and a COMMIT of one packet.
// Pure; owned by ChainDriver.
#pragma once

#include <optional>

#include "core/crypto/signing.h"
#include "core/model/message.h"
#include "core/state/state.h"
#include "edge-node/consensus/snapshot.h"
#include "edge-node/effects/publisher.h"

namespace fairfeed {

class StatusBeacon {
  public:
    // The signer outlives this object.
    StatusBeacon(NodeId self, const Signer& signer);

    // The block entered the chain: its COMMIT is the one to say.
    void on_commit(const CommittedBlock& committed);
    // Somebody may have missed it: the broker lost what it retained, or a peer names another tip of
    // this height.
    void say_commit_again();
    void say(const ChainState& tip, const consensus::Snapshot& standing, const Turn& turn);
    [[nodiscard]] bool is_due(Instant now) const { return now.steady_ms >= due_ms_; }
    // Steady time at which it is due again.
    [[nodiscard]] std::int64_t next_deadline_ms() const { return due_ms_; }

  private:
    NodeId self_;
    const Signer& signer_;
    Publisher publisher_;
    std::optional<CertifiedOutline> last_commit_;  // none since the start
    int commits_left_ = 0;                         // times to say it
    std::int64_t due_ms_ = 0;
};

}  // namespace fairfeed
