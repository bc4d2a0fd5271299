// Determines the kind of a message by trying our decoders: the one that the topic names, or all.
// Two kinds can have the same form (only the signature's domain differs), so the same bytes may
// have several interpretations. Pure; private to decode.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/wire/genesis_file_codec.h"
#include "core/wire/topics.h"
#include "edge-node/commands/message_fields.h"

namespace fairfeed {

enum class Verdict { not_signed, unchecked, unknown_signer, valid, wrong };
[[nodiscard]] std::string_view to_string(Verdict verdict);

// The keys of all names registered in a genesis file. Empty without a file; then no signature is
// checked.
class SignerBook {
  public:
    SignerBook() = default;
    explicit SignerBook(const LoadedGenesis& genesis);
    [[nodiscard]] const std::optional<Digest>& network() const { return network_; }
    [[nodiscard]] const std::optional<Office>& office() const { return office_; }  // of genesis
    [[nodiscard]] Verdict check(const std::string& signer, ByteView to_be_signed,
                                const Signature& signature) const;
    [[nodiscard]] const VerifyKey* find(const std::string& signer) const;

  private:
    void add(const std::string& name, const PublicKey& key);
    std::optional<Digest> network_;
    std::optional<Office> office_;
    std::map<std::string, VerifyKey> keys_;
};

struct KnownMessage {
    std::string kind;
    std::string signer;  // empty: a message of parts that are signed themselves
    Verdict verdict = Verdict::not_signed;
    Fields fields;
};

struct KindsFound {
    std::vector<KnownMessage> messages;  // the most likely first
    Reject reason = Reject::malformed;   // if there are no messages
};
[[nodiscard]] KindsFound find_kinds(ByteView bytes, std::optional<Channel> channel,
                                    const SignerBook& book);

}  // namespace fairfeed
