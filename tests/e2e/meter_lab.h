// A provisioned network of which only the meters run: their program is a process, with an outbox on
// a disk of the test's choice. A window is a quarter hour and takes 9 ms; the log tells each one.
// Tests only.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "tests/e2e/demo.h"
#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {

class MeterLab {
  public:
    // The test decides who listens on the broker's port of 127.0.0.1.
    MeterLab(int meters, std::uint16_t port) {
        std::ofstream(directory_ / "network.yaml") << network(meters, port);
        RunningProgram made({program("gateway"), "provision",
                             (directory_ / "network.yaml").string(), "--out", path().string()});
        EXPECT_EQ(made.wait(), 0) << made.output();
        std::ifstream in(config());
        std::string text{std::istreambuf_iterator<char>(in), {}};
        const std::string level = "log_level: info";
        const std::size_t at = text.find(level);
        EXPECT_NE(at, std::string::npos);
        std::ofstream(config()) << text.replace(at, level.size(), "log_level: debug");
    }
    [[nodiscard]] std::filesystem::path path() const { return directory_ / "lab"; }
    [[nodiscard]] std::filesystem::path config() const { return path() / "meters/meter-sim.yaml"; }

  private:
    static std::string network(int meters, std::uint16_t port) {
        std::string text =
            "network: {name: meters, grid_epoch: 2016-08-08T00:00, starts_in_s: 0,\n"
            "          speed: 100000, window_seconds: 900, preset: lab}\n"
            "nodes:\n"
            "  - {id: n1, location: {east_m: 0, north_m: 0}, address: 127.0.0.1, port: " +
            std::to_string(port) +
            "}\n"
            "clusters:\n"
            "  - {id: ash, parent: n1}\n"
            "tariff: {import_micro_per_kwh: 1, export_micro_per_kwh: 1}\n"
            "meter_source: {seed: 1}\n"
            "meters:\n";
        for (int i = 1; i <= meters; ++i)
            text += "  - {id: m" + std::to_string(i) + ", cluster: ash, capacity_w: 3000}\n";
        return text;
    }

    testing_support::TempDirectory directory_;
};

}  // namespace fairfeed::e2e
