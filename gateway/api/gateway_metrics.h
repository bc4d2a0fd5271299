// The gateway's figures for Prometheus. Labels are bounded: a method, a status, never a name. Any
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace fairfeed {

class GatewayMetrics {
  public:
    GatewayMetrics();
    ~GatewayMetrics();
    GatewayMetrics(const GatewayMetrics&) = delete;
    GatewayMetrics& operator=(const GatewayMetrics&) = delete;

    void request(std::string_view method, unsigned status, std::int64_t ms);
    void connections(std::size_t open, std::size_t streams);
    void height(std::uint64_t height);
    // Text exposition format 0.0.4.
    [[nodiscard]] std::string text() const;

  private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace fairfeed
