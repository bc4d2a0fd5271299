#include "gateway/follower/dgmd_signers.h"

#include <algorithm>
#include <utility>

namespace fairfeed {

DgmdSigners::DgmdSigners(SigningKey first, const std::vector<SigningKey>& others)
    : keys_{std::move(first)} {
    keys_.insert(keys_.end(), others.begin(), others.end());
}

const SigningKey* DgmdSigners::in_force(const ChainState& state) const {
    const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const SigningKey& key) {
        return key.public_key() == state.dgmd.keys.signing;
    });
    return found == keys_.end() ? nullptr : &*found;
}

const SigningKey& DgmdSigners::for_request(const ChainState& state, std::size_t unanswered) const {
    const SigningKey* first = in_force(state);
    const auto from = first != nullptr ? static_cast<std::size_t>(first - keys_.data()) : 0;
    return keys_[(from + unanswered) % keys_.size()];
}

}  // namespace fairfeed
