// The content of decoded messages as named lines for a person: digests short, sealed parts as
// sizes. Pure; fields have the order of the format.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/model/message.h"
#include "core/model/transaction.h"

namespace fairfeed {

using Fields = std::vector<std::pair<std::string, std::string>>;

// "window 3 of c1", "height 9, round 0".
[[nodiscard]] std::string place_text(const Evidence& evidence);

// "node-1 node-2", or "nobody".
[[nodiscard]] std::string witnesses_text(const std::vector<Witness>& witnesses);

[[nodiscard]] Fields fields_of(const SignedReading& reading);
[[nodiscard]] Fields fields_of(const Transaction& transaction);
[[nodiscard]] Fields fields_of(const BlockHeader& header);
[[nodiscard]] Fields fields_of(const BlockOutline& outline);
[[nodiscard]] Fields fields_of(const Block& block);
[[nodiscard]] Fields fields_of(const VoteContent& vote);
[[nodiscard]] Fields fields_of(const ProposalContent& proposal);
[[nodiscard]] Fields fields_of(const QuorumCertificate& certificate);
[[nodiscard]] Fields fields_of(const Receipt& receipt);
[[nodiscard]] Fields fields_of(const Refusal& refusal);
[[nodiscard]] Fields fields_of(const ShareStatement& share);
[[nodiscard]] Fields fields_of(const MeterCommand& command);
[[nodiscard]] Fields fields_of(const NodeStatus& status);
[[nodiscard]] Fields fields_of(const Objection& objection);
[[nodiscard]] Fields fields_of(const Endorsement& endorsement);
[[nodiscard]] Fields fields_of(const Request& request);
[[nodiscard]] Fields fields_of(const Answer& answer);

}  // namespace fairfeed
