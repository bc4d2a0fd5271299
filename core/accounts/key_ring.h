// A holder's data keys by meter and epoch, unwrapped from KEY_GRANTs (protocol 2).
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "core/crypto/key_agreement.h"
#include "core/state/state.h"
#include "core/wire/cbor.h"

namespace fairfeed {

class KeyRing {
  public:
    void add(const MeterId& meter, KeyEpoch epoch, const SymmetricKey& key);
    // Unwraps the grants of this state to `recipient`; skips epochs that are already known.
    void learn(const ChainState& state, const NodeId& recipient, const AgreementKey& agreement);
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
