// DGMD's signing keys as one gateway has them: the one in force, those before, and one that
// DGMD_KEYS may put in force while the gateway runs. The chain says which of them counts, so the
// gateway follows its own change without a restart. A value.
#pragma once

#include <cstddef>
#include <vector>

#include "core/crypto/signing.h"
#include "core/state/state.h"

namespace fairfeed {

class DgmdSigners {
  public:
    // NOLINTNEXTLINE(google-explicit-constructor): one key is the usual case.
    DgmdSigners(SigningKey first, const std::vector<SigningKey>& others = {});

    // The gateway's own, whether it is in force or not.
    [[nodiscard]] const SigningKey& first() const { return keys_.front(); }
    // The key in force in this state; nullptr: this gateway does not have it, so it can sign
    // nothing that counts.
    [[nodiscard]] const SigningKey* in_force(const ChainState& state) const;
    // The key for a request for blocks after so many that nobody answered. Nodes that are ahead of
    // this state may know another key than it does, so the keys take turns, the one in force first.
    [[nodiscard]] const SigningKey& for_request(const ChainState& state,
                                                std::size_t unanswered) const;

  private:
    std::vector<SigningKey> keys_;  // not empty
};

}  // namespace fairfeed
