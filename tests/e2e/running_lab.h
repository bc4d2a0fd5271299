// The network of config/lab.yaml with all its brokers and nodes, on free ports, without meters and
// without the gateway's service. Its
// first window begins `starts_in_s` after the constructor. Tests only.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {

// Ports of loopback without a listener now.
[[nodiscard]] std::vector<std::uint16_t> free_ports(std::size_t count);

class RunningLab {
  public:
    // `grace_ms`: how long the nodes wait for readings after a window's end; the preset's.
    explicit RunningLab(int starts_in_s = 7, int grace_ms = 1500);

    [[nodiscard]] std::filesystem::path meters() const { return path() / "meters/meter-sim.yaml"; }
    [[nodiscard]] std::filesystem::path status_of(const std::string& node) const {
        return path() / "run" / ("node-" + node + ".json");
    }
    [[nodiscard]] std::filesystem::path ledger_of(const std::string& node) const {
        return path() / "nodes" / node / "ledger.db";
    }
    [[nodiscard]] std::filesystem::path gateway() const { return path() / "dgmd/gateway.yaml"; }
    // A path beside the network.
    [[nodiscard]] std::filesystem::path in(const std::string& name) const {
        return directory_ / name;
    }

  private:
    [[nodiscard]] std::filesystem::path path() const { return directory_ / "lab"; }
    void write_network(int starts_in_s, int grace_ms);
    void start_brokers();
    void start_nodes();

    testing_support::TempDirectory directory_;
    std::vector<std::uint16_t> ports_;  // of the gateway's broker, and of the nodes'
    std::vector<std::unique_ptr<RunningProgram>> programs_;
};

}  // namespace fairfeed::e2e
