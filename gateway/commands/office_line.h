// The office's connections to the brokers of all nodes: hands a notice to each of them, and hears
// what becomes of it. A node that took the notice announces its id (HAVE) until a block has it, and
// says the block (COMMIT). What a node says here is its word, not a proof. One notice per object.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/io/mqtt_client.h"
#include "core/model/transaction.h"
#include "core/wire/chunk.h"
#include "core/wire/genesis_file_codec.h"
#include "gateway/config/gateway_config.h"

namespace fairfeed {

// What one node says of the notice.
struct NodeWord {
    bool connected = false;
    std::string why_not;           // the reason while it is not connected
    bool has_taken = false;        // it announces the notice
    std::optional<Height> height;  // of the block that holds it
};

class OfficeLine {
  public:
    OfficeLine(const GatewayConfig& config, const LoadedGenesis& genesis,
               const Transaction& notice);
    ~OfficeLine();
    OfficeLine(const OfficeLine&) = delete;
    OfficeLine& operator=(const OfficeLine&) = delete;

    // Waits until `enough` nodes name one block, at most so long. Returns what all of them said.
    [[nodiscard]] std::map<NodeId, NodeWord> wait(std::size_t enough, std::int64_t most_ms);

  private:
    void on_message(const NodeId& node, std::string_view topic, ByteView payload);
    [[nodiscard]] bool is_final(std::size_t enough) const;

    Digest notice_;
    std::size_t most_bytes_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<NodeId, NodeWord> words_;
    std::map<NodeId, ChunkAssembler> chunks_;
    MqttDialer dialer_;
    std::vector<std::unique_ptr<MqttClient>>
        clients_;  // last: their callbacks use all of the above
};

}  // namespace fairfeed
