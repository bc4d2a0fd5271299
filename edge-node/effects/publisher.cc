#include "edge-node/effects/publisher.h"

#include "core/state/state.h"
#include "core/wire/message_codec.h"

namespace fairfeed {

Publisher::Publisher(NodeId self, const Signer& signer) : self_(std::move(self)), signer_(signer) {}

void Publisher::publish(const Turn& turn, Channel channel, const std::string& item,
                        Bytes message) const {
    turn.out.push_back(Publish{
        Topic{turn.state.genesis.parameters.name, self_.str(), channel, item}, std::move(message)});
}

void Publisher::ask(const Turn& turn, const NodeId& peer, const Request& request) const {
    publish(turn, Channel::request, peer.str(),
            encode_request(request, self_, turn.state.network, signer_));
}

}  // namespace fairfeed
