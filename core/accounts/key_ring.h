// A holder's data keys by meter and epoch, unwrapped from KEY_GRANTs (protocol 2).
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/crypto/key_agreement.h"
#include "core/state/state.h"
#include "core/wire/cbor.h"

namespace fairfeed {

// A holder of data keys, committee member or DGMD, with the key to which grants are wrapped.
struct Keyholder {
    NodeId node;
    AgreementKey agreement;
    std::vector<AgreementKey> others = {};  // of DGMD, before or after a DGMD_KEYS
};

class KeyRing {
  public:
    void add(const MeterId& meter, KeyEpoch epoch, const SymmetricKey& key);
    // Unwraps the grants of this state to `recipient`; skips epochs that are already known.
    void learn(const ChainState& state, const NodeId& recipient, const AgreementKey& agreement);
    // The same with every key of the holder.
    void learn(const ChainState& state, const Keyholder& holder);
    [[nodiscard]] const SymmetricKey* find(const MeterId& meter, KeyEpoch epoch) const;
    // The newest epoch held for the meter; nullopt: none.
    [[nodiscard]] std::optional<KeyEpoch> newest(const MeterId& meter) const;
    [[nodiscard]] bool empty() const { return keys_.empty(); }

    // books_codec.h. The keys stand in clear.
    void write(cbor::Writer& out) const;
    [[nodiscard]] static KeyRing read(cbor::Reader& in);

  private:
    std::map<std::pair<MeterId, KeyEpoch>, SymmetricKey> keys_;
};

}  // namespace fairfeed
