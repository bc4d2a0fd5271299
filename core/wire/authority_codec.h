// Bytes of the notices that say what DGMD's own key may do: DGMD_KEYS, POLICY, and DEAUTHORISE,
// which may rest on a policy (docs/protocol.md, "The office"). Reading refuses what is not
// canonical; whether the values may be is for the rules to say (core/state/authority_rules.h).
#pragma once

#include "core/model/notice.h"
#include "core/wire/cbor.h"

namespace fairfeed {

// A map of 3 keys.
void write_dgmd_keys(cbor::Writer& writer, const DgmdKeyChange& change);
[[nodiscard]] DgmdKeyChange read_dgmd_keys(cbor::Reader& reader);

// A map of 6 keys.
void write_policy(cbor::Writer& writer, const WatchPolicy& policy);
[[nodiscard]] WatchPolicy read_policy(cbor::Reader& reader);

// A map of 4 keys; of 5 with evidence, and of 6 if a policy is named, too.
void write_deauthorisation(cbor::Writer& writer, const Deauthorisation& deauthorisation);
[[nodiscard]] Deauthorisation read_deauthorisation(cbor::Reader& reader);

}  // namespace fairfeed
