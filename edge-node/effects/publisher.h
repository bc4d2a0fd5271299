// Puts a node's messages on the topics of that node: an effect for each. The message is signed by
// whoever encoded it; a request is signed here. Pure; owned by whoever speaks.
#pragma once

#include <string>

#include "core/crypto/signing.h"
#include "core/model/message.h"
#include "edge-node/effects/turn.h"

namespace fairfeed {

class Publisher {
  public:
    // `signer` outlives the publisher.
    Publisher(NodeId self, const Signer& signer);

    // The item is the last part of the topic: "-" for messages to everybody.
    void publish(const Turn& turn, Channel channel, const std::string& item, Bytes message) const;
    // Asks one peer for something.
    void ask(const Turn& turn, const NodeId& peer, const Request& request) const;

  private:
    NodeId self_;
    const Signer& signer_;
};

}  // namespace fairfeed
