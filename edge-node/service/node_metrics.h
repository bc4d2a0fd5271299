// A node's figures for Prometheus, as a page on loopback (docs/operations.md lists them). All but
// the times of writes are those of the last StatusReport, so a counter begins anew with the node.
// Labels are bounded and name no meter: a reason, a channel, a cluster. show() and wrote() from the
// loop's thread, the page from its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/io/loopback_page.h"
#include "edge-node/service/status_report.h"

namespace fairfeed {

class NodeMetrics {
  public:
    // `port`: on 127.0.0.1; 0: any free one. Error: it is taken.
    [[nodiscard]] static Result<std::unique_ptr<NodeMetrics>, IoError> open(std::uint16_t port);
    ~NodeMetrics();
    NodeMetrics(const NodeMetrics&) = delete;
    NodeMetrics& operator=(const NodeMetrics&) = delete;

    void show(const StatusReport& report);
    // The node does not run now, and waits for free disk space.
    void show_waiting();
    // A turn's durable effects are on the disk; one of them was a block, or none.
    void wrote(bool with_block, std::int64_t took_ms);

    // Text exposition format 0.0.4.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::uint16_t port() const { return page_->port(); }

  private:
    struct Figures;
    NodeMetrics();
    std::unique_ptr<Figures> figures_;
    std::unique_ptr<LoopbackPage> page_;  // last: ends before the figures go
};

}  // namespace fairfeed
